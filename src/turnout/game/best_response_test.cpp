#include "turnout/game/best_response.h"

#include <gtest/gtest.h>

#include "games.h"
#include "turnout/game/mixed_response.h"

namespace turnout::game {
namespace {

using turnout::testing::game_of;

const Game kStayAbove = game_of(10, 4, {0.2, 3, 1}, {0.8, 6, 5});   // xi = -1, 2; s0 = 2/7
const Game kLeaveAbove = game_of(10, 4, {0.2, 1, 1}, {0.8, 9, 5});  // xi = 1, -1

TEST(BestResponse, on_m2_depends_on_xi2_alone) {
  EXPECT_EQ(best_response(kStayAbove, {1, 0}).abandon, 0);
  EXPECT_EQ(best_response(kLeaveAbove, {1, 0}).abandon, 1);
}

TEST(BestResponse, switches_at_s0_and_takes_the_providers_side_on_it) {
  const double s0 = *thresholds(kStayAbove).stay;
  EXPECT_EQ(best_response(kStayAbove, {0, s0 - 1e-12}).abandon, 1);
  EXPECT_EQ(best_response(kStayAbove, {0, s0 + 1e-12}).abandon, 0);
  const Response on_it = best_response(kStayAbove, {0, s0});
  EXPECT_TRUE(on_it.indifferent);
  EXPECT_EQ(on_it.abandon, 1);  // P = 4 is less than what staying costs
  const Game dear = kStayAbove.with({Quantity::kChurnPenalty, 0}, 100).value();
  EXPECT_EQ(best_response(dear, {0, s0}).abandon, 0);
}

TEST(BestResponse, has_three_phases_if_m2_is_slow) {
  const Thresholds at = thresholds(kLeaveAbove);
  EXPECT_EQ(best_response(kLeaveAbove, {0, 0}).abandon, 0);
  EXPECT_EQ(best_response(kLeaveAbove, {0, *at.patience}).abandon, 0);
  double before = 0;
  for (int i = 1; i < 20; ++i) {
    const double s = *at.patience + (*at.leave - *at.patience) * i / 20;
    const double q = best_response(kLeaveAbove, {0, s}).abandon;
    EXPECT_GT(q, before);
    EXPECT_LT(q, 1);
    before = q;
  }
  EXPECT_EQ(best_response(kLeaveAbove, {0, *at.leave}).abandon, 1);
  EXPECT_EQ(best_response(kLeaveAbove, {0, 1}).abandon, 1);
}

TEST(BestResponse, is_continuous_at_both_ends_of_the_mixed_interval) {
  const Thresholds at = thresholds(kLeaveAbove);
  EXPECT_NEAR(best_response(kLeaveAbove, {0, *at.patience + 1e-9}).abandon, 0, 1e-7);
  EXPECT_NEAR(best_response(kLeaveAbove, {0, *at.leave - 1e-9}).abandon, 1, 1e-7);
}

TEST(BestResponse, to_a_sure_switch_or_none_ignores_the_model_that_is_not_reached) {
  const Game game = game_of(10, 1, {0.5, 5, 1}, {0.8, 9, 5});  // xi1 = 0 > xi2
  EXPECT_TRUE(best_response(game, {0, 0}).indifferent);
  EXPECT_EQ(best_response(game, {0, 1}).abandon, 1);
  EXPECT_EQ(best_response(game, {0, 0.5}).abandon, 1);
}

TEST(MixedResponse, cascade_that_keeps_is_the_inverse_of_the_best_response) {
  const Primitives<double> primitives(kLeaveAbove);
  for (const double a : {0.05, 0.3, 0.6, 0.95}) {
    const double s = cascade_that_keeps(primitives, a);
    EXPECT_NEAR(1 - best_response(kLeaveAbove, {0, s}).abandon, a, 1e-12);
  }
  EXPECT_DOUBLE_EQ(cascade_that_keeps(primitives, 1), *thresholds(kLeaveAbove).patience);
  EXPECT_DOUBLE_EQ(cascade_that_keeps(primitives, 0), *thresholds(kLeaveAbove).leave);
}

TEST(Evaluate, counts_passes_of_a_mixed_play_by_hand) {
  // s = q = 1/2, p1 = 1/5, p2 = 4/5: D1 = 1 - 0.8/4 = 0.8, D2 = 1 - 0.1 = 0.9, n1 = 1.25, n2 =
  // 0.8/4/(0.72)
  const auto p = evaluate(kStayAbove, {0, 0.5}, 0.5);
  const double n1 = 1.25;
  const double n2 = 0.2 / 0.72;
  EXPECT_DOUBLE_EQ(p.success, 0.2 * n1 + 0.8 * n2);
  EXPECT_DOUBLE_EQ(p.latency, 3 * n1 + 6 * n2);
  EXPECT_DOUBLE_EQ(p.service_cost, 1 * n1 + 5 * n2);
  EXPECT_NEAR(p.unsolved, 1 - p.success, 1e-15);
  EXPECT_NEAR(p.provider_cost, p.service_cost + 4 * (1 - p.success), 1e-14);
  EXPECT_NEAR(p.user_utility, 10 * p.success - p.latency, 1e-14);
}

}  // namespace
}  // namespace turnout::game
