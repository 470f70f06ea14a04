// Nash equilibria of the game without commitment, against deviations on grids; at least one in
// every game.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

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

}  // namespace
}  // namespace turnout::game
