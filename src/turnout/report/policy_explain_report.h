#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/policy_explain_answer.h"

/// Why the best policy of any number of models is what it is, and how firmly.
namespace turnout::report {

std::string policy_explain_text(const analysis::PolicyExplainAnswer& answer);
/// docs/schemas/explain.json, "turnout/explain-policy/1"
nlohmann::ordered_json policy_explain_json(const analysis::PolicyExplainAnswer& answer);

}  // namespace turnout::report
