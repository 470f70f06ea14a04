#include "turnout/scenario/posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "turnout/game/robust_policy.h"
#include "turnout/numeric/sample.h"

namespace turnout::scenario {
namespace {

game::Game mean_game() {
  return game::Game::make({1, 0.005}, {0.1},
                          {{{0.17333, 43.303, 0.0017874}, {0.49778, 79.016, 0.0523462}}})
      .value();
}

Uncertainty interval(game::Parameter parameter, double mean, double low, double high) {
  return {parameter, Uncertainty::Kind::kInterval, mean, low, high, 0, 0};
}

Uncertainty counts(game::Parameter parameter, double successes, double trials) {
  return {parameter, Uncertainty::Kind::kCounts, 0, 0, 0, successes, trials};
}

TEST(Posterior, draws_have_the_interval_and_the_counts_that_the_scenario_says) {
  const game::Parameter value{game::Quantity::kValue, 0};
  const game::Parameter success{game::Quantity::kSuccess, 1};
  const auto games =
      draw_games(mean_game(), {interval(value, 1, 0.8, 1.5), counts(success, 30, 50)}, 20'000, 1)
          .value();
  std::vector<double> values;
  numeric::Sample successes;
  for (const auto& game : games) {
    values.push_back(game.get(value));
    successes.add(game.get(success));
  }
  std::sort(values.begin(), values.end());
  EXPECT_NEAR(values[500], 0.8, 0.02);
  EXPECT_NEAR(values[10'000], 1, 0.01);
  EXPECT_NEAR(values[19'500], 1.5, 0.03);
  EXPECT_NEAR(successes.mean(), 31.0 / 52, 0.003);
}

TEST(Posterior, an_interval_beside_the_allowed_range_is_refused) {
  const auto games =
      draw_games(mean_game(), {interval({game::Quantity::kSuccess, 0}, 5, 4.9, 5.1)}, 100, 1);
  ASSERT_FALSE(games);
  EXPECT_EQ(games.error().context, "p1");
}

TEST(Posterior, quantiles_are_those_of_the_draws) {
  const game::Parameter success{game::Quantity::kSuccess, 0};
  const game::Parameter cost{game::Quantity::kCost, 1};
  for (const Uncertainty& u :
       {interval(success, 0.4, 0.3, 0.6), interval(success, 0.9, 0.5, 1.0), counts(success, 0, 3),
        counts(success, 30, 50), interval(cost, -1, -1, 2)}) {
    const auto distribution = distribution_of(u).value();
    const auto games = draw_games(mean_game(), {u}, 40'000, 7).value();
    std::vector<double> drawn;
    for (const auto& game : games) drawn.push_back(game.get(u.parameter));
    std::sort(drawn.begin(), drawn.end());
    for (const double share : {0.001, 0.02, 0.3, 0.5, 0.9, 0.999}) {
      const double x = landscape::quantile(distribution, share);
      EXPECT_TRUE(check(u.parameter.quantity, x));
      const auto below =
          static_cast<double>(std::lower_bound(drawn.begin(), drawn.end(), x) - drawn.begin());
      const auto up_to =
          static_cast<double>(std::upper_bound(drawn.begin(), drawn.end(), x) - drawn.begin());
      const double error = 4 * std::sqrt(share * (1 - share) / 40'000) + 1.0 / 40'000;
      EXPECT_LE(below / 40'000, share + error) << game::symbol(u.parameter) << " at " << share;
      EXPECT_GE(up_to / 40'000, share - error) << game::symbol(u.parameter) << " at " << share;
    }
  }
}

TEST(Posterior, an_interval_beside_the_allowed_range_has_no_quantiles) {
  EXPECT_FALSE(distribution_of(interval({game::Quantity::kSuccess, 0}, 5, 4.9, 5.1)));
}

TEST(RobustPolicy, of_a_game_that_is_known_is_its_equilibrium_and_knowledge_is_worth_nothing) {
  const auto answer = game::robust_policy(std::vector<game::Game>(200, mean_game()), mean_game());
  EXPECT_NEAR(answer.robust.mean.payoffs.provider_cost, answer.believed_cost, 1e-8);
  EXPECT_EQ(answer.perfect_information,
            std::max(0.0, answer.robust.mean.payoffs.provider_cost - answer.believed_cost));
  EXPECT_TRUE(answer.information.empty());
}

TEST(RobustPolicy, keeps_a_margin_from_the_cliff_and_beats_the_policy_for_the_mean) {
  const auto draws =
      draw_games(mean_game(), {interval({game::Quantity::kValue, 0}, 1, 0.95, 1.05)}, 2000, 1)
          .value();
  const auto answer = game::robust_policy(draws, mean_game());
  EXPECT_LT(answer.robust.mean.payoffs.provider_cost,
            0.9 * answer.at_mean_over_draws.payoffs.provider_cost);
  EXPECT_GT(answer.robust.policy.cascade, *answer.threshold);
  EXPECT_NEAR(answer.at_mean_over_draws.abandon, 0.5, 0.05);  // half of the draws lie beyond s0
  EXPECT_LT(answer.robust.mean.abandon, 0.1);
  EXPECT_GT(answer.perfect_information, 0);
  ASSERT_EQ(answer.information.size(), 1U);
  // V is all that is unknown: to know it is to know everything, but for the strata being coarse.
  EXPECT_NEAR(answer.information[0].gain, answer.perfect_information,
              0.35 * answer.perfect_information);
}

}  // namespace
}  // namespace turnout::scenario
