#include "turnout/analysis/explain_answer.h"

#include <utility>

#include "turnout/analysis/outside.h"

namespace turnout::analysis {
base::Result<ExplainAnswer> explain_answer(scenario::Scenario scenario) {
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "explain"));
  const game::Game game = paper.scenario.game;
  const game::Equilibrium equilibrium = game::solve(game);
  auto reaches = reaches_of(game::sensitivities(game));
  const auto soonest = nearest_change(reaches);
  ExplainAnswer answer{std::move(paper),   equilibrium, game::decision_rule(game, equilibrium),
                       std::move(reaches), soonest,     game::broken_assumptions(game)};
  add_outside(answer.equilibrium, game.user().outside);
  return answer;
}

}  // namespace turnout::analysis
