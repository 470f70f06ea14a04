#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/game/decision_rule.h"
#include "turnout/game/sensitivity.h"

namespace turnout::analysis {

/// Where the route changes if one parameter moves one way.
struct RouteChange {
  game::Boundary boundary;
  /// |boundary - value| / |value|; nothing for a parameter that is 0.
  std::optional<double> distance;
};

/// One parameter, and where moving it alone changes the route.
struct ParameterReach {
  game::Parameter parameter;
  double value = 0;
  std::optional<RouteChange> below, above;  ///< nothing: nowhere in reach
};

/// The one move that changes the route soonest, relative to the parameter.
struct NearestChange {
  game::Parameter parameter;
  double from = 0, to = 0;
  double distance = 0;  ///< relative
};

/// Why the optimum is what it is, and how firmly.
struct ExplainAnswer {
  PaperScenario paper;
  game::Equilibrium equilibrium;
  game::DecisionRule rule;
  std::vector<ParameterReach> reaches;   ///< in the order of game::parameters()
  std::optional<NearestChange> nearest;  ///< nothing: no single parameter changes the route
  std::vector<std::string> assumptions;  ///< those of the paper's that the game breaks
};

/// @returns the answer; errors of paper_scenario(). Cost: game::sensitivities(), some milliseconds.
base::Result<ExplainAnswer> explain_answer(scenario::Scenario scenario);

}  // namespace turnout::analysis
