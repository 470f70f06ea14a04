#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/analysis/parameter_reach.h"
#include "turnout/game/decision_rule.h"

namespace turnout::analysis {

/// Why the optimum is what it is, and how firmly.
struct ExplainAnswer {
  PaperScenario paper;
  game::Equilibrium equilibrium;
  game::DecisionRule rule;
  std::vector<ParameterReach<game::Route>> reaches;  ///< in the order of game::parameters()
  std::optional<NearestChange> nearest;  ///< nothing: no single parameter changes the route
  std::vector<std::string> assumptions;  ///< those of the paper's that the game breaks
};

/// @returns the answer; errors of paper_scenario(). Cost: game::sensitivities(), some milliseconds.
base::Result<ExplainAnswer> explain_answer(scenario::Scenario scenario);

}  // namespace turnout::analysis
