#include "turnout/game/equilibrium.h"

#include <gtest/gtest.h>

#include <cmath>

#include "games.h"

namespace turnout::game {
namespace {

using turnout::testing::game_of;

Candidate best(const Game& game) { return solve(game).best(); }

// Hand-computed examples, one per row of the table in docs/theory.md, section 4.

TEST(Equilibrium, both_value_dominated_routes_to_the_lower_cost_of_pass) {
  const Candidate first = best(game_of(12, 4, {0.45, 3, 0.4}, {0.8, 9, 2}));
  EXPECT_EQ(first.route, Route::kFirstStay);
  EXPECT_DOUBLE_EQ(first.payoffs.provider_cost, 0.4 / 0.45);
  EXPECT_DOUBLE_EQ(first.payoffs.user_utility, (12 * 0.45 - 3) / 0.45);
  EXPECT_EQ(best(game_of(12, 4, {0.2, 1, 1}, {0.8, 4, 2})).route, Route::kSecondStay);
}

TEST(Equilibrium, both_latency_dominated_weighs_the_penalty_against_the_extra_cost) {
  const Model first{0.2, 3, 1};
  const Model second{0.6, 9, 3};
  EXPECT_EQ(best(game_of(1, 4.9, first, second)).route,
            Route::kFirstLeave);  // P (p2-p1) = 1.96 < 2
  const Candidate high = best(game_of(1, 5.1, first, second));
  EXPECT_EQ(high.route, Route::kSecondLeave);
  EXPECT_DOUBLE_EQ(high.payoffs.provider_cost, 3 + 5.1 * 0.4);
  EXPECT_EQ(high.abandon, 1);
}

TEST(Equilibrium, cascades_at_s0_if_the_penalty_is_high_and_m1_is_the_cheaper_way) {
  // xi1 = -1, xi2 = 2: s0 = 1/(2/0.8 + 1) = 2/7
  const Game game = game_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5});
  const Candidate c = best(game);
  EXPECT_EQ(c.route, Route::kCascadeStay);
  EXPECT_DOUBLE_EQ(c.policy.cascade, 2.0 / 7);
  const double s = 2.0 / 7;
  EXPECT_DOUBLE_EQ(c.payoffs.provider_cost, (1 + 0.8 * s * 6.25) / (0.2 + 0.8 * s));
  EXPECT_DOUBLE_EQ(c.payoffs.user_utility, -1);
  EXPECT_EQ(c.payoffs.success, 1);
  EXPECT_TRUE(solve(game).user_indifferent);
  EXPECT_EQ(best(game_of(10, 0.1, {0.2, 3, 1}, {0.8, 6, 5})).route, Route::kFirstLeave);
}

TEST(Equilibrium, serves_m2_alone_if_it_is_the_cheaper_way_and_the_penalty_is_high) {
  EXPECT_EQ(best(game_of(10, 100, {0.2, 3, 1}, {0.8, 6, 2})).route, Route::kSecondStay);
  EXPECT_EQ(best(game_of(10, 1, {0.2, 3, 1}, {0.8, 6, 2})).route,
            Route::kFirstLeave);  // P < (2.5 - 1)/0.8
}

TEST(Equilibrium, with_a_slow_m2_stays_threatens_or_leaves) {
  EXPECT_EQ(best(game_of(10, 100, {0.4, 1, 1}, {0.8, 9, 5})).route, Route::kFirstStay);
  const Candidate threat = best(game_of(10, 1, {0.4, 1, 1}, {0.8, 9, 5}));
  EXPECT_EQ(threat.route, Route::kThreat);
  EXPECT_EQ(threat.policy.cascade, 1);
  EXPECT_DOUBLE_EQ(threat.payoffs.provider_cost, 1 + 0.6);
  EXPECT_EQ(best(game_of(10, 2, {0.1, 0.5, 1}, {0.95, 9.6, 1.01})).route, Route::kSecondLeave);
}

TEST(Equilibrium, cascades_at_sL_if_a_slow_m2_is_the_cheaper_way) {
  const Game game = game_of(10, 100, {0.2, 1, 1}, {0.8, 9, 1.2});
  const Candidate c = best(game);
  EXPECT_EQ(c.route, Route::kCascadePatience);
  EXPECT_DOUBLE_EQ(c.policy.cascade, *thresholds(game).patience);
  EXPECT_FALSE(solve(game).user_indifferent);
}

TEST(BestStaticCost, counts_a_sure_switch_to_m2_as_static) {
  EXPECT_DOUBLE_EQ(best_static_cost(game_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5})), 1 + 0.8 * 6.25);
  for (const Game& game :
       {game_of(12, 4, {0.45, 3, 0.4}, {0.8, 9, 2}), game_of(10, 1, {0.4, 1, 1}, {0.8, 9, 5})}) {
    EXPECT_DOUBLE_EQ(best_static_cost(game), best(game).payoffs.provider_cost);
  }
}

// Ties and boundaries by name.

TEST(Ties, decimal_input_that_means_equality_is_a_tie) {
  // 10 * 0.3 = 3 on paper; the nearest doubles differ in the last place.
  const Equilibrium e = solve(game_of(10, 4, {0.3, 3, 1}, {0.8, 9, 2}));
  EXPECT_NE(e.find(Route::kFirstStay), nullptr);
  EXPECT_NE(e.find(Route::kFirstLeave), nullptr);
}

TEST(Ties, xi1_zero_takes_the_providers_side) {
  const Model second{0.8, 90, 20};
  const Equilibrium cheap_to_leave = solve(game_of(10, 1, {0.5, 5, 1}, second));
  EXPECT_EQ(cheap_to_leave.best().route, Route::kFirstLeave);  // 1 + 0.5 < 1/0.5
  EXPECT_TRUE(cheap_to_leave.user_indifferent);
  EXPECT_EQ(best(game_of(10, 3, {0.5, 5, 1}, second)).route, Route::kFirstStay);  // 1 + 1.5 > 2
}

TEST(Ties, xi2_zero_offers_staying_and_leaving_on_m2) {
  const Model first{0.2, 1, 3};
  const Model second{0.5, 5, 1};
  EXPECT_EQ(best(game_of(10, 1.5, first, second)).route, Route::kSecondLeave);
  EXPECT_EQ(best(game_of(10, 9, first, second)).route, Route::kSecondStay);
  EXPECT_TRUE(solve(game_of(10, 9, first, second)).user_indifferent);
}

TEST(Ties, xi1_negative_and_xi2_zero_makes_s0_one) {
  const Equilibrium e = solve(game_of(10, 100, {0.1, 2, 0.1}, {0.5, 5, 1}));
  ASSERT_NE(e.find(Route::kCascadeStay), nullptr);
  EXPECT_DOUBLE_EQ(e.find(Route::kCascadeStay)->policy.cascade, 1);
  EXPECT_EQ(e.best().route, Route::kCascadeStay);  // 0.1 + 0.9 * 2 < 2
  EXPECT_DOUBLE_EQ(e.best().payoffs.provider_cost, 0.1 + 0.9 * 2);
}

TEST(Ties, equal_costs_prefer_the_simpler_policy_and_say_so) {
  const Equilibrium e = solve(game_of(12, 4, {0.5, 1, 1}, {0.8, 2, 1.6}));
  EXPECT_EQ(e.best().route, Route::kFirstStay);
  EXPECT_TRUE(e.provider_indifferent);
  EXPECT_FALSE(e.user_indifferent);
}

TEST(Boundaries, equal_models_cost_what_one_costs) {
  const Model model{0.5, 1, 1};
  const Equilibrium e = solve(game_of(12, 4, model, model));
  EXPECT_DOUBLE_EQ(e.best().payoffs.provider_cost, 2);
  EXPECT_TRUE(e.provider_indifferent);
}

TEST(Boundaries, a_sure_first_model_leaves_nothing_to_decide) {
  const Candidate c = best(game_of(1, 4, {1, 3, 1}, {0.8, 0.1, 2}));
  EXPECT_EQ(c.policy.start, 0U);
  EXPECT_EQ(c.payoffs.provider_cost, 1);
  EXPECT_EQ(c.payoffs.success, 1);
  EXPECT_FALSE(solve(game_of(3, 4, {1, 3, 1}, {0.8, 0.1, 2})).user_indifferent);
}

TEST(Boundaries, a_sure_second_model_has_coinciding_thresholds) {
  const Thresholds at = thresholds(game_of(4, 4, {0.5, 1, 1}, {1, 5, 2}));
  EXPECT_DOUBLE_EQ(*at.patience, *at.leave);
  EXPECT_DOUBLE_EQ(*at.patience, 0.5);  // xi1 = 1, xi2 = -1
}

TEST(Boundaries, zero_latency_cost_penalty_and_value_have_answers) {
  for (const Game& game :
       {game_of(0, 0, {0.5, 0, 0}, {0.5, 0, 0}), game_of(0, 3, {0.5, 1, 1}, {0.8, 2, 2}),
        game_of(5, 0, {0.5, 1, 1}, {0.8, 2, 2}), game_of(5, 3, {0.5, 0, 1}, {0.8, 0, 2}),
        game_of(5, 3, {0.5, 1, 0}, {0.8, 2, 0})}) {
    const Candidate c = best(game);
    EXPECT_TRUE(std::isfinite(c.payoffs.provider_cost));
    EXPECT_TRUE(std::isfinite(c.payoffs.user_utility));
  }
  EXPECT_EQ(best(game_of(5, 0, {0.5, 9, 1}, {0.8, 9, 2})).payoffs.provider_cost, 1);
}

TEST(Boundaries, the_papers_ordering_may_be_broken_in_every_way) {
  EXPECT_EQ(best(game_of(12, 4, {0.8, 9, 2}, {0.45, 3, 0.4})).route, Route::kSecondStay);
  EXPECT_EQ(best(game_of(12, 4, {0.45, 3, 2}, {0.8, 9, 0.4})).route, Route::kSecondStay);
  EXPECT_EQ(best(game_of(12, 4, {0.45, 3, 0.4}, {0.8, 2, 2})).route, Route::kFirstStay);
}

TEST(Boundaries, extremes_of_the_ranges_stay_finite) {
  for (const double p : {1e-100, 1e-9, 0.5, 1.0}) {
    for (const double x : {0.0, 1e-100, 1.0, 1e100}) {
      for (const double y : {0.0, 1e-100, 1.0, 1e100}) {
        const Equilibrium e = solve(game_of(x, y, {p, y, x}, {0.7, x, y}));
        for (const Candidate& c : e.candidates()) {
          EXPECT_TRUE(std::isfinite(c.payoffs.provider_cost)) << p << " " << x << " " << y;
          EXPECT_TRUE(std::isfinite(c.payoffs.user_utility)) << p << " " << x << " " << y;
          EXPECT_TRUE(std::isfinite(c.policy.cascade)) << p << " " << x << " " << y;
        }
      }
    }
  }
}

TEST(Gaps, sees_differences_far_below_a_doubles_digits) {
  // V = 1e12 swamps the waits 10 and 10 + 1e-9 in each utility, not in their difference.
  const Game game = game_of(1e12, 4, {0.5, 5, 1}, {0.5, 5.0000000005, 1});
  const Equilibrium e = solve(game);
  EXPECT_NEAR(utility_gap(game, *e.find(Route::kFirstStay), *e.find(Route::kSecondStay)),
              2 * (5.0000000005 - 5), 1e-21);
  EXPECT_EQ(cost_gap(game, *e.find(Route::kFirstStay), *e.find(Route::kSecondStay)), 0);
}

TEST(Gaps, rounding_is_no_gap) {
  const Game game = game_of(12, 4, {0.1, 0.3, 1}, {0.2, 0.6, 2});  // t/p = 3 for both, on paper
  const Equilibrium e = solve(game);
  EXPECT_EQ(utility_gap(game, *e.find(Route::kFirstStay), *e.find(Route::kSecondStay)), 0);
}

}  // namespace
}  // namespace turnout::game
