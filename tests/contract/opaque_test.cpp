// Nash equilibria of the game without commitment, against deviations on grids; at least one in
// every game.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "games.h"
#include "turnout/game/opaque_lotteries.h"
#include "turnout/game/opaque_routing.h"
#include "turnout/verification/random_games.h"

namespace turnout::game {
namespace {

/// What an equilibrium is worth to the user if he leaves with another probability.
double utility(const Game& game, const NashEquilibrium& e, double abandon) {
  if (!e.mixes_start) return evaluate(game, e.policy, abandon).user_utility;
  return e.first_share * evaluate(game, {0, 0}, abandon).user_utility +
         (1 - e.first_share) * evaluate(game, {1, 0}, abandon).user_utility;
}

TEST(OpaqueRouting, nobody_gains_by_deviating_and_every_game_has_an_equilibrium) {
  constexpr int kPoints = 201;
  std::size_t interior = 0;
  std::size_t mixed = 0;
  std::size_t none = 0;
  for (std::uint64_t i = 0; i < 6'000; ++i) {
    base::Rng rng(31, i);
    const Game game =
        i % 2 == 0 ? verification::draw_in_paper_order(rng) : verification::draw_in_any_order(rng);
    const auto equilibria = nash_equilibria(game);
    if (i % 2 == 0) {
      EXPECT_FALSE(equilibria.empty()) << i;
    }
    none += equilibria.empty() ? 1U : 0U;
    for (const NashEquilibrium& e : equilibria) {
      const double now = utility(game, e, e.abandon);
      const double scale = 1 + std::abs(now) + game.value();
      for (int j = 0; j < kPoints; ++j) {
        const double x = j / (kPoints - 1.0);
        EXPECT_GE(now, utility(game, e, x) - 1e-9 * scale) << i;
        EXPECT_LE(e.payoffs.provider_cost,
                  evaluate(game, {0, x}, e.abandon).provider_cost * (1 + 1e-9))
            << i;
      }
      EXPECT_LE(e.payoffs.provider_cost,
                evaluate(game, {1, 0}, e.abandon).provider_cost * (1 + 1e-9))
          << i;
      interior += e.policy.cascade > 0 && e.policy.cascade < 1 ? 1U : 0U;
      mixed += e.mixes_start ? 1U : 0U;
    }
  }
  EXPECT_LT(none, 15U);
  EXPECT_GT(interior, 10U);
  EXPECT_GT(mixed, 10U);
}

TEST(OpaqueRouting, commitment_never_costs_the_provider_more_than_the_best_equilibrium) {
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    base::Rng rng(32, i);
    const Game game = verification::draw_in_paper_order(rng);
    const double committed = solve(game).best().payoffs.provider_cost;
    for (const NashEquilibrium& e : nash_equilibria(game)) {
      if (e.mixes_start)
        continue;  // a lottery over the first model is not among the policies to commit to
      EXPECT_GE(e.payoffs.provider_cost, committed * (1 - 1e-12)) << i;
    }
  }
}

/// The q that is best for the user if (1,s) is played with probability `share`, else (2,0): the
/// best of a grid, then narrowed by thirds.
double best_abandon(const Game& game, double share, double s) {
  const auto value = [&](double q) {
    return share * evaluate(game, {0, s}, q).user_utility +
           (1 - share) * evaluate(game, {1, 0}, q).user_utility;
  };
  constexpr int kPoints = 200;
  int best = 0;
  for (int i = 1; i <= kPoints; ++i) {
    if (value(1.0 * i / kPoints) > value(1.0 * best / kPoints)) best = i;
  }
  double low = std::max(0.0, (best - 1.0) / kPoints);
  double high = std::min(1.0, (best + 1.0) / kPoints);
  for (int i = 0; i < 60; ++i) {
    const double third = (high - low) / 3;
    if (value(low + third) < value(high - third)) {
      low += third;
    } else {
      high -= third;
    }
  }
  return low + (high - low) / 2;
}

/// The share at which the best q passes `abandon` without a jump, by bisection; below 0 if there is
/// none. U has one stationary point at most, so that there is at most one such share.
double share_by_search(const Game& game, double abandon, double s) {
  double low = 0;
  double high = 1;
  const bool above = best_abandon(game, 0, s) > abandon;
  if (above == (best_abandon(game, 1, s) > abandon)) return -1;
  for (int i = 0; i < 45; ++i) {
    const double middle = (low + high) / 2;
    ((best_abandon(game, middle, s) > abandon) == above ? low : high) = middle;
  }
  const bool jumps = std::abs(best_abandon(game, low, s) - abandon) > 0.02 ||
                     std::abs(best_abandon(game, high, s) - abandon) > 0.02;
  return jumps ? -1 : low;
}

TEST(OpaqueRouting, ranges_of_lotteries_are_those_that_a_search_finds) {
  std::size_t inside = 0;
  std::size_t outside = 0;
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    base::Rng rng(33, i);
    const Game game =
        i % 2 == 0 ? verification::draw_in_paper_order(rng) : verification::draw_in_any_order(rng);
    const auto abandon = provider_indifference(game);
    const auto ranges = lottery_equilibria(game);
    if (!abandon) {
      EXPECT_TRUE(ranges.empty()) << i;
      continue;
    }
    for (int j = 0; j < 12; ++j) {
      const double s = (j + 0.5) / 12;
      // Within a thousandth of an end the search cannot tell.
      const auto near = [&](double end) { return std::abs(s - end) < 1e-3; };
      if (std::any_of(ranges.begin(), ranges.end(), [&](const LotteryRange& r) {
            return near(r.from.cascade) || near(r.to.cascade);
          }))
        continue;
      const bool found = std::any_of(ranges.begin(), ranges.end(), [&](const LotteryRange& r) {
        return r.from.cascade < s && s < r.to.cascade;
      });
      const double share = share_by_search(game, *abandon, s);
      EXPECT_EQ(found, share >= 0) << i << " s " << s << " q " << *abandon;
      if (found && share >= 0) {
        EXPECT_NEAR(stationary_lottery(game, *abandon, s).first_share, share, 1e-5) << i;
      }
      ++(found ? inside : outside);
    }
  }
  EXPECT_GT(inside, 100U);
  EXPECT_GT(outside, 300U);
}

// The game of the issue: 0.365 on (1,0.3), else (2,0), beside the lottery over (1,0) and (2,0).
TEST(OpaqueRouting, a_range_of_lotteries_has_one_cost_and_many_utilities) {
  const Game game = testing::game_of(5, 2, {0.4, 5, 0.2}, {0.8, 1.3, 0.7});
  const auto ranges = lottery_equilibria(game);
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_NEAR(ranges[0].abandon, 2 / 7.0, 1e-12);
  EXPECT_EQ(ranges[0].from.cascade, 0);
  EXPECT_NEAR(ranges[0].from.payoffs.user_utility, 2.16176, 1e-5);
  const OpaqueLottery one = stationary_lottery(game, ranges[0].abandon, 0.3);
  EXPECT_NEAR(one.first_share, 0.365, 5e-4);
  EXPECT_NEAR(one.payoffs.user_utility, 0.648, 5e-4);
  EXPECT_NEAR(one.payoffs.provider_cost, ranges[0].from.payoffs.provider_cost, 1e-12);
  EXPECT_LT(ranges[0].to.payoffs.user_utility, 0.648);
}

}  // namespace
}  // namespace turnout::game
