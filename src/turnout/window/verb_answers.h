#pragma once

#include <string>

#include "turnout/base/watch.h"
#include "turnout/scenario/scenario.h"
#include "turnout/window/query.h"

/// What the program's verbs print with --json, for a scenario that a query names. Options of a verb are
/// parameters of the same name. Errors are those of the verb, in its words.
namespace turnout::window {

/// Parameter margin.
base::Result<std::string> solve_json(scenario::Scenario scenario, const Query& query,
                                     const base::Watch& watch);
base::Result<std::string> explain_json(scenario::Scenario scenario, const Query& query,
                                       const base::Watch& watch);
/// Parameter points, at most kMostResponsePoints.
base::Result<std::string> response_json(scenario::Scenario scenario, const Query& query,
                                        const base::Watch& watch);
/// Parameters depth, and nodes, at most kMostPlanNodes.
base::Result<std::string> plan_json(scenario::Scenario scenario, const Query& query,
                                    const base::Watch& watch);
/// Parameter margin.
base::Result<std::string> audit_json(scenario::Scenario scenario, const Query& query,
                                     const base::Watch& watch);

// A page has no use for more, and others wait.
inline constexpr std::size_t kMostResponsePoints = 10'000;
inline constexpr std::size_t kMostPlanNodes = 2'000'000;

}  // namespace turnout::window
