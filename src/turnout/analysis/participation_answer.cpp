#include "turnout/analysis/participation_answer.h"

#include <cmath>
#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/analysis/paper_scenario.h"

namespace turnout::analysis {
namespace {

/// U of a policy that is just worth coming for is 0 but for the rounding of its sums.
constexpr double kRounding = 1e-14;

/// The scenario if users came whatever a policy is worth to them.
base::Result<scenario::Scenario> if_they_came(const scenario::Scenario& scenario) {
  const game::RoutingGame& game = scenario.game;
  std::vector<game::Model> models;
  for (std::size_t k = 0; k < game.size(); ++k) models.push_back(game.model(k));
  scenario::Scenario other = scenario;
  TURNOUT_TRY(other.game, game::RoutingGame::make(game.user(), game.provider(), std::move(models)));
  return other;
}

/// The route that (i, s) is, for the side to which s is rounded: a user whom M1 alone would lose, or
/// not win, has the more from the policy the greater s is.
game::Route route_of(const game::RoutingGame& game, const game::PaperPolicy& policy) {
  if (game.pass(policy.first).net_value < 0) return game::Route::kCascadeStay;
  return policy.abandon == 0 ? game::Route::kCascadePatience : game::Route::kCascadeMixed;
}

DeployablePolicy deployed(const scenario::Scenario& scenario, const game::PaperPolicy& best,
                          const RoundingOptions& options) {
  const game::RoutingGame& game = scenario.game;
  DeployablePolicy policy = deployable_policy(
      game.pair(best.first, best.second), {scenario.names[best.first], scenario.names[best.second]},
      {route_of(game, best), best.policy, best.abandon, best.payoffs}, options);
  double& utility = policy.payoffs.user_utility;
  if (std::abs(utility) < kRounding * (1 + game.user().value)) utility = 0;
  return policy;
}

}  // namespace

base::Result<ParticipationAnswer> participation_answer(scenario::Scenario scenario,
                                                       const RoundingOptions& options) {
  TURNOUT_CHECK(check(options));
  TURNOUT_CHECK(scenario::check_for_one_patience(scenario, "solve"));
  TURNOUT_TRY(auto notes, take_means(scenario));
  TURNOUT_TRY(const auto left_out, scenario::leave_out_what_the_paper_lacks(scenario));
  for (const auto& table : left_out)
    notes.push_back(table + " is left out: the paper's game has none; see turnout plan");
  TURNOUT_TRY(const auto others, if_they_came(scenario));
  TURNOUT_CHECK(scenario::check_for_policies(others, "solve"));
  ParticipationAnswer answer{std::move(scenario), {}, options.margin, {}, {}, std::move(notes)};
  answer.best = *game::best_paper_policy(answer.scenario.game);
  answer.if_they_came = *game::best_paper_policy(others.game);
  if (answer.best.submits) answer.deployed = deployed(answer.scenario, answer.best, options);
  const double outside = answer.scenario.game.user().outside;
  add_outside(answer.best.payoffs, outside);
  add_outside(answer.if_they_came.payoffs, outside);
  if (answer.deployed) add_outside(answer.deployed->payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
