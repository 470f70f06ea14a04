#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/simulation/replay_survey.h"

/// Policies on recorded outcomes, as text and JSON.
namespace turnout::report {

nlohmann::ordered_json replay_json(const simulation::Replay& replay,
                                   const simulation::ReplayOptions& options);
std::string replay_text(const simulation::Replay& replay, const simulation::ReplayOptions& options);
nlohmann::ordered_json survey_json(const simulation::Survey& survey,
                                   const simulation::ReplayOptions& options);
std::string survey_text(const simulation::Survey& survey, const simulation::ReplayOptions& options);

}  // namespace turnout::report
