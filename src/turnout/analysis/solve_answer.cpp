#include "turnout/analysis/solve_answer.h"

#include <utility>

#include "turnout/game/remedies.h"

namespace turnout::analysis {
namespace {

const char* tie_reason(const game::Equilibrium& e) {
  if (e.user_indifferent && e.provider_indifferent) return "user and provider indifferent";
  if (e.user_indifferent) return "user indifferent";
  return e.provider_indifferent ? "provider indifferent" : "";
}

}  // namespace

base::Result<SolveAnswer> solve_answer(scenario::Scenario scenario) {
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "solve"));
  const game::Game game = paper.scenario.game;
  const game::Equilibrium equilibrium = game::solve(game);
  return SolveAnswer{std::move(paper),
                     equilibrium,
                     game::thresholds(game),
                     game::misalignment(game, equilibrium),
                     game::throttling(game, equilibrium),
                     game::penalty_floor(game, equilibrium),
                     tie_reason(equilibrium),
                     game::broken_assumptions(game)};
}

}  // namespace turnout::analysis
