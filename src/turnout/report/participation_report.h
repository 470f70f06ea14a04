#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/participation_answer.h"

/// The policy for users who may stay away, and what their right to do so costs.
namespace turnout::report {

/// docs/schemas/solve.json, "turnout/solve-participation/1"
nlohmann::ordered_json participation_json(const analysis::ParticipationAnswer& answer);
std::string participation_text(const analysis::ParticipationAnswer& answer);

}  // namespace turnout::report
