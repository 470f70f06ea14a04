#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/estimate_answer.h"

/// What a log says of the game.
namespace turnout::report {

/// docs/schemas/estimate.json
nlohmann::ordered_json estimate_json(const analysis::EstimateAnswer& answer);
std::string estimate_text(const analysis::EstimateAnswer& answer);

}  // namespace turnout::report
