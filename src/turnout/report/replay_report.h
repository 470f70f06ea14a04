#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/replay_answer.h"

/// Policies on recorded outcomes, as text and JSON.
namespace turnout::report {

/// docs/schemas/replay.json
nlohmann::ordered_json replay_json(const analysis::ReplayAnswer& answer);
std::string replay_text(const analysis::ReplayAnswer& answer);
nlohmann::ordered_json random_replay_json(const analysis::RandomReplayAnswer& answer);
std::string random_replay_text(const analysis::RandomReplayAnswer& answer);

}  // namespace turnout::report
