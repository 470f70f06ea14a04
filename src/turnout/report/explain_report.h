#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/scenario/scenario_scope.h"

/// Why the optimum is what it is, and how firmly: the decision rule with its numbers, and for each
/// parameter the nearest value at which the provider would play another route.
namespace turnout::report {

std::string explain_text(const scenario::TwoModelScenario& scenario);
nlohmann::ordered_json explain_json(const scenario::TwoModelScenario& scenario);

}  // namespace turnout::report
