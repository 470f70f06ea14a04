#include "turnout/analysis/solve_answer.h"

#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/game/remedies.h"

namespace turnout::analysis {
namespace {

const char* tie_reason(const game::Equilibrium& e) {
  if (e.user_indifferent && e.provider_indifferent) return "user and provider indifferent";
  if (e.user_indifferent) return "user indifferent";
  return e.provider_indifferent ? "provider indifferent" : "";
}

DeployablePolicy deployed_optimum(const scenario::TwoModelScenario& scenario,
                                  const game::Candidate& best, const RoundingOptions& options) {
  auto deployed = deployable_policy(scenario.game, scenario.names, best, options);
  if (deployed.policy == best.policy) {  // nothing was rounded: the solver's digits are better
    deployed.abandon = best.abandon;
    deployed.payoffs = best.payoffs;
  }
  return deployed;
}

}  // namespace

base::Result<SolveAnswer> solve_answer(scenario::Scenario scenario,
                                       const RoundingOptions& options) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "solve"));
  const game::Game game = paper.scenario.game;
  const game::Equilibrium equilibrium = game::solve(game);
  auto deployed = deployed_optimum(paper.scenario, equilibrium.best(), options);
  SolveAnswer answer{std::move(paper),
                     equilibrium,
                     options.margin,
                     std::move(deployed),
                     game::thresholds(game),
                     game::misalignment(game, equilibrium),
                     game::throttling(game, equilibrium),
                     game::penalty_floor(game, equilibrium),
                     tie_reason(equilibrium),
                     game::broken_assumptions(game)};
  const double outside = game.user().outside;
  add_outside(answer.equilibrium, outside);
  add_outside(answer.deployed.payoffs, outside);
  add_outside(answer.misalignment.preferred.payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
