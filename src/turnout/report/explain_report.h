#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/explain_answer.h"

/// Why the optimum is what it is, and how firmly: the decision rule with its numbers, and for each
/// parameter the nearest value at which the provider would play another route.
namespace turnout::report {

/// What a rule compares, with what follows from it, as text and as JSON.
std::string comparisons_text(const std::vector<game::Comparison>& comparisons);
nlohmann::ordered_json comparisons_json(const std::vector<game::Comparison>& comparisons);

std::string explain_text(const analysis::ExplainAnswer& answer);
/// docs/schemas/explain.json
nlohmann::ordered_json explain_json(const analysis::ExplainAnswer& answer);

}  // namespace turnout::report
