#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/evaluate_answer.h"

/// What another policy would have come to.
namespace turnout::report {

/// docs/schemas/evaluate.json
nlohmann::ordered_json evaluate_json(const analysis::EvaluateAnswer& answer);
std::string evaluate_text(const analysis::EvaluateAnswer& answer);

}  // namespace turnout::report
