#include "turnout/analysis/transparency_answer.h"

#include <utility>

#include "turnout/analysis/outside.h"

namespace turnout::analysis {

base::Result<TransparencyAnswer> transparency_answer(scenario::Scenario scenario) {
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "transparency",
                                         scenario::Besides::kNoCommitment));
  const game::Game& game = paper.scenario.game;
  const game::Equilibrium committed = game::solve(game);
  TransparencyAnswer answer{paper, committed.best(), {}, {}};
  const auto& best = answer.commitment.payoffs;
  for (const auto& equilibrium : game::nash_equilibria(game)) {
    answer.equilibria.push_back({equilibrium,
                                 equilibrium.payoffs.provider_cost - best.provider_cost,
                                 best.user_utility - equilibrium.payoffs.user_utility});
  }
  for (const auto& range : game::lottery_equilibria(game)) {
    answer.ranges.push_back({range, range.from.payoffs.provider_cost - best.provider_cost,
                             best.user_utility - range.from.payoffs.user_utility,
                             best.user_utility - range.to.payoffs.user_utility});
  }
  const double outside = game.user().outside;
  for (auto& e : answer.equilibria) add_outside(e.equilibrium.payoffs, outside);
  for (auto& r : answer.ranges) {
    add_outside(r.range.from.payoffs, outside);
    add_outside(r.range.to.payoffs, outside);
  }
  add_outside(answer.commitment.payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
