#include "turnout/game/remedies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "games.h"
#include "turnout/base/rng.h"
#include "turnout/game/decision_rule.h"
#include "turnout/game/sensitivity.h"

namespace turnout::game {
namespace {

using turnout::testing::game_of;

// Both value-dominated; c/p: 2, 2.5 (provider prefers M1); t/p: 10, 5 (user prefers M2).
const Game kDisagree = game_of(20, 1, {0.5, 5, 1}, {0.8, 4, 2});

TEST(Misalignment, is_the_difference_of_waits_if_the_rankings_disagree) {
  const Misalignment m = misalignment(kDisagree, solve(kDisagree));
  EXPECT_EQ(m.preferred.route, Route::kSecondStay);
  EXPECT_DOUBLE_EQ(m.gap, 5);
  EXPECT_DOUBLE_EQ(m.saving, 0.5);
}

TEST(Misalignment, is_zero_if_they_agree) {
  const Game game = game_of(20, 1, {0.5, 2, 1}, {0.8, 4, 2});
  const Misalignment m = misalignment(game, solve(game));
  EXPECT_EQ(m.gap, 0);
  EXPECT_EQ(m.saving, 0);
}

TEST(Throttling, pays_below_the_floor_and_names_a_latency_that_works) {
  const Equilibrium e = solve(kDisagree);
  const Throttling t = throttling(kDisagree, e, 0.01);
  EXPECT_DOUBLE_EQ(t.gain, 0.5);  // 2 - (1 + 1 * 0.5)
  EXPECT_EQ(t.model, 0U);
  EXPECT_DOUBLE_EQ(t.latencies[0], 20 * 0.5 * 1.01);
  EXPECT_EQ(t.latencies[1], 4);
  EXPECT_NEAR(t.user_loss, 10 + 0.1, 1e-12);
  EXPECT_DOUBLE_EQ(penalty_floor(kDisagree, e), 2);
  const Game dear = kDisagree.with({Quantity::kChurnPenalty, 0}, 2).value();
  EXPECT_EQ(throttling(dear, solve(dear)).gain, 0);
}

TEST(PenaltyFloor, needs_no_equilibrium_of_its_caller) {
  base::Rng rng(8);
  for (int i = 0; i < 200'000; ++i) {
    // Quarters, so that thresholds, ties and certain success are met.
    const auto draw = [&](double least, double most) {
      return least + std::floor(rng.uniform(0, 4 * most + 1)) / 4;
    };
    const Game game = game_of(draw(0, 3), draw(0, 2), {draw(0.25, 0.75), draw(0, 2), draw(0, 2)},
                              {draw(0.25, 0.75), draw(0, 2), draw(0, 2)});
    ASSERT_EQ(penalty_floor(game), penalty_floor(game, solve(game))) << i;
  }
}

TEST(Throttling, with_a_value_of_time_speaks_of_latency_not_of_money) {
  const Game game = game_of(20, 1, {0.5, 50, 1}, {0.8, 40, 2}, 0.1);
  const Throttling t = throttling(game, solve(game), 0);
  EXPECT_DOUBLE_EQ(t.latencies[0], 100);
  EXPECT_DOUBLE_EQ(t.user_loss, 10);
}

TEST(OptOut, costs_the_provider_what_it_saves_now_and_stops_throttling_only_if_pins_are_fast) {
  const OptOut o = opt_out(kDisagree, solve(kDisagree));
  EXPECT_EQ(o.best.route, Route::kSecondStay);
  EXPECT_DOUBLE_EQ(o.price, 0.5);
  EXPECT_EQ(o.remaining_gap, 0);
  EXPECT_EQ(o.gain_if_pins_are_fast, 0);
  EXPECT_DOUBLE_EQ(o.gain_if_pins_are_slowed, 1);  // from 2.5 down to 1.5
}

TEST(PenaltyFloor, covers_throttling_through_m2_when_only_m2_is_worth_waiting_for) {
  const Game game =
      game_of(10, 3, {0.2, 3, 5}, {0.8, 6, 4});  // xi1 < 0 < xi2, c2 + P b2 = 4.6 < 5 = c2/p2
  const Equilibrium e = solve(game);
  EXPECT_GT(throttling(game, e).gain, 0);
  EXPECT_DOUBLE_EQ(penalty_floor(game, e), 5);
}

TEST(PenaltyFloor, is_zero_where_the_provider_can_drive_users_off_anyway) {
  for (const Game& game :
       {game_of(1, 1, {0.2, 3, 1}, {0.6, 9, 3}), game_of(10, 1, {0.4, 1, 1}, {0.8, 9, 5})}) {
    const Equilibrium e = solve(game);
    EXPECT_EQ(penalty_floor(game, e), 0);
    EXPECT_EQ(throttling(game, e).gain, 0);
  }
}

TEST(AligningPenalties, none_helps_if_the_cheaper_model_is_the_other_one) {
  EXPECT_TRUE(aligning_penalties(kDisagree, solve(kDisagree)).empty());
}

TEST(AligningPenalties, start_where_losing_the_user_costs_more_than_m2) {
  const Game game =
      game_of(10, 1, {0.2, 3, 1}, {0.8, 6, 2});  // user prefers M2; (2,0) from P = (2.5 - 1)/0.8 on
  const auto range = aligning_penalties(game, solve(game));
  EXPECT_DOUBLE_EQ(range.low, 1.875);
  EXPECT_TRUE(std::isinf(range.high));
}

TEST(DecisionRule, shows_the_inequality_that_decided) {
  const DecisionRule rule = decision_rule(kDisagree, solve(kDisagree));
  ASSERT_EQ(rule.comparisons.size(), 1U);
  EXPECT_EQ(rule.comparisons[0].left_value, 2);
  EXPECT_STREQ(rule.comparisons[0].relation, "<");
  EXPECT_EQ(rule.comparisons[0].right_value, 2.5);
}

TEST(DecisionRule, of_theorem_4_compares_the_penalty_with_the_cascades_worth) {
  const Game game = game_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5});
  const DecisionRule rule = decision_rule(game, solve(game));
  ASSERT_EQ(rule.comparisons.size(), 2U);
  EXPECT_EQ(rule.comparisons[1].left_value, 100);
  const double boundary = rule.comparisons[1].right_value;
  const auto route_at = [&](double p) {
    return solve(game.with({Quantity::kChurnPenalty, 0}, p).value()).best().route;
  };
  EXPECT_EQ(route_at(boundary * (1 - 1e-9)), Route::kFirstLeave);
  EXPECT_EQ(route_at(boundary * (1 + 1e-9)), Route::kCascadeStay);
}

TEST(Sensitivity, finds_the_boundaries_that_have_closed_forms) {
  for (const Sensitivity& s : sensitivities(kDisagree)) {
    const std::string name = symbol(s.parameter);
    if (name == "c1") {
      ASSERT_TRUE(s.above) << name;
      EXPECT_NEAR(s.above->at, 0.5 * 2.5, 1e-12);  // c1/p1 = c2/p2
      EXPECT_EQ(s.above->beyond, Route::kSecondStay);
    }
    if (name == "p1") {
      ASSERT_TRUE(s.below) << name;
      EXPECT_NEAR(s.below->at, 1 / 2.5, 1e-12);
    }
    if (name == "t1") {
      ASSERT_TRUE(s.above) << name;
      EXPECT_NEAR(s.above->at, 10, 1e-11);  // V p1
    }
    if (name == "P") {
      EXPECT_FALSE(s.below);
      EXPECT_FALSE(s.above);  // the penalty plays no part where the user stays
    }
  }
}

TEST(Sensitivity, every_boundary_separates_two_routes) {
  for (const Game& game :
       {game_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5}), game_of(10, 1, {0.4, 1, 1}, {0.8, 9, 5}),
        game_of(0, 0, {0.5, 1, 1}, {0.8, 2, 2})}) {
    const Route now = solve(game).best().route;
    for (const Sensitivity& s : sensitivities(game)) {
      for (const auto& [boundary, direction] : {std::pair{s.below, -1}, std::pair{s.above, 1}}) {
        if (!boundary) continue;
        EXPECT_NE(boundary->beyond, now);
        EXPECT_EQ(solve(game.with(s.parameter, boundary->at).value()).best().route,
                  boundary->beyond);
        const double inside =
            boundary->at - direction * 1e-9 * std::max(std::abs(boundary->at), 1e-9);
        if (std::abs(s.value - boundary->at) > 2e-9 * std::abs(boundary->at)) {
          EXPECT_EQ(solve(game.with(s.parameter, std::max(0.0, inside)).value()).best().route, now)
              << symbol(s.parameter);
        }
      }
    }
  }
}

TEST(Sensitivity, says_how_patient_users_must_be_for_the_small_model_to_serve) {
  // docs/theory.md, section 1: P + eta/eps of the two models is the same at this rho.
  const auto game = [](double patience) {
    return Game::make({5, 0.001}, {5},
                      {Model{0.45, 1, 0.0005, 0, patience}, Model{0.82, 1, 0.03, 0, patience}})
        .value();
  };
  const auto found = sensitivities(game(0.9));
  const auto patience = std::find_if(found.begin(), found.end(), [](const Sensitivity& s) {
    return s.parameter == Parameter{Quantity::kPatience, 0};
  });
  ASSERT_NE(patience, found.end());
  EXPECT_EQ(patience->value, 0.9);
  ASSERT_TRUE(patience->above.has_value());
  EXPECT_EQ(patience->above->beyond, Route::kFirstStay);
  const Game at = game(0.9).with({Quantity::kPatience, 0}, patience->above->at).value();
  const Equilibrium e = solve(at);
  EXPECT_NEAR(e.find(Route::kFirstStay)->payoffs.provider_cost,
              e.find(Route::kSecondStay)->payoffs.provider_cost, 1e-10);
}

}  // namespace
}  // namespace turnout::game
