#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/robust_answer.h"

/// The policy for a game that is not known exactly.
namespace turnout::report {

/// docs/schemas/robust.json
nlohmann::ordered_json robust_json(const analysis::RobustAnswer& answer);
std::string robust_text(const analysis::RobustAnswer& answer);

}  // namespace turnout::report
