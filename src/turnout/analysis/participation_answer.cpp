#include "turnout/analysis/participation_answer.h"

#include <cmath>
#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/analysis/paper_scenario.h"

namespace turnout::analysis {
namespace {

/// U of a policy that is just worth coming for is 0 but for the rounding of its sums.
constexpr double kRounding = 1e-14;

DeployablePolicy deployed(const scenario::Scenario& scenario, const game::PaperPolicy& best,
                          const RoundingOptions& options) {
  const game::RoutingGame& game = scenario.game;
  DeployablePolicy policy = deployable_policy(
      game.pair(best.first, best.second), {scenario.names[best.first], scenario.names[best.second]},
      {best.route, best.policy, best.abandon, best.payoffs}, options);
  double& utility = policy.payoffs.user_utility;
  if (std::abs(utility) < kRounding * (1 + game.user().value)) utility = 0;
  return policy;
}

}  // namespace

base::Result<ParticipationAnswer> participation_answer(scenario::Scenario scenario,
                                                       const RoundingOptions& options) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(auto policies, policy_scenario(std::move(scenario), "solve"));
  const auto best = *game::best_paper_policy(policies.scenario.game);
  const auto other = *game::best_paper_policy(policies.if_they_came);
  ParticipationAnswer answer{
      std::move(policies.scenario), best, options.margin, {}, other, !game::same_way(best, other),
      std::move(policies.notes)};
  if (answer.best.submits) answer.deployed = deployed(answer.scenario, answer.best, options);
  const double outside = answer.scenario.game.user().outside;
  add_outside(answer.best.payoffs, outside);
  add_outside(answer.if_they_came.payoffs, outside);
  if (answer.deployed) add_outside(answer.deployed->payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
