#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/scenario/scenario_scope.h"

/// Is the provider's optimal routing against its users, does it pay to slow them down, and what
/// would help: for a reader who decides about policy. Text and JSON carry the same numbers.
namespace turnout::report {

/// @param margin  by how much a throttled latency exceeds the smallest that works, >= 0
std::string audit_text(const scenario::TwoModelScenario& scenario, double margin);
nlohmann::ordered_json audit_json(const scenario::TwoModelScenario& scenario, double margin);

}  // namespace turnout::report
