#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/scenario/scenario_scope.h"

/// What a published policy is worth to each side: the equilibria without commitment beside the one
/// with it.
namespace turnout::report {

nlohmann::ordered_json transparency_json(const scenario::TwoModelScenario& scenario);
std::string transparency_text(const scenario::TwoModelScenario& scenario);

}  // namespace turnout::report
