// One policy for many users, against brute force over a fine grid of s.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "games.h"
#include "turnout/base/rng.h"
#include "turnout/game/equilibrium.h"
#include "turnout/game/population.h"

namespace turnout::game {
namespace {

std::vector<PopulationPart> random_population(base::Rng& rng, std::size_t size) {
  const auto pair = [&](double a, double b) { return std::pair(std::min(a, b), std::max(a, b)); };
  const auto [p1, p2] = pair(rng.uniform(0.02, 0.98), rng.uniform(0.02, 0.98));
  const auto [t1, t2] = pair(rng.exponential(1), rng.exponential(1));
  const double c1 = rng.exponential(1);
  const double c2 = rng.exponential(1);
  const double penalty = rng.exponential(3);
  std::vector<PopulationPart> parts;
  for (std::size_t i = 0; i < size; ++i) {
    parts.push_back(
        {1 / static_cast<double>(size), testing::game_of(rng.exponential(3), penalty, {p1, t1, c1},
                                                         {p2, t2, c2}, rng.uniform(0.5, 2))});
  }
  return parts;
}

TEST(Population, optimum_is_no_dearer_than_any_policy_of_a_fine_grid_and_its_bound_no_higher) {
  std::size_t interior = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    base::Rng rng(41, i);
    const auto parts = random_population(rng, 1 + i % 8);
    const PopulationOptimum best = best_for_population(parts);
    double least = evaluate_population(parts, {1, 0}).payoffs.provider_cost;
    for (int j = 0; j <= 2000; ++j)
      least = std::min(least, evaluate_population(parts, {0, j / 2000.0}).payoffs.provider_cost);
    EXPECT_LE(best.mean.payoffs.provider_cost, least * (1 + 1e-7)) << i;
    EXPECT_LE(best.bound, least * (1 + 1e-12)) << i;
    EXPECT_LE(best.mean.payoffs.provider_cost - best.bound,
              1.001e-7 * best.mean.payoffs.provider_cost)
        << i;
    EXPECT_EQ(best.mean.payoffs.provider_cost,
              evaluate_population(parts, best.policy).payoffs.provider_cost);
    interior +=
        best.policy.start == 0 && best.policy.cascade > 0 && best.policy.cascade < 1 ? 1U : 0U;
  }
  EXPECT_GT(interior, 10U);
}

TEST(Population, of_users_who_are_alike_is_the_two_model_equilibrium) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    base::Rng rng(42, i);
    const Game game = random_population(rng, 1).front().game;
    const double alone = solve(game).best().payoffs.provider_cost;
    const PopulationOptimum best = best_for_population({{0.25, game}, {0.75, game}});
    EXPECT_NEAR(best.mean.payoffs.provider_cost, alone, 2e-7 * alone) << i;
    EXPECT_LE(best.bound, alone * (1 + 1e-12)) << i;
  }
}

// From q = 0 at sL to q = 1 at sH (docs/theory.md, section 3): the share a = 1 - q that stays falls.
TEST(Population, users_who_mix_leave_more_often_the_more_re_prompts_go_to_the_slow_model) {
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    base::Rng rng(43, i);
    const Game game = random_population(rng, 1).front().game;
    const Thresholds at = thresholds(game);
    if (!at.patience) continue;
    double before = 0;
    for (int j = 1; j < 50; ++j) {
      const double s = *at.patience + (*at.leave - *at.patience) * j / 50;
      const double q = best_response(game, {0, s}).abandon;
      EXPECT_GE(q, before - 1e-12) << i;  // what the bounds of the search rest on
      before = q;
    }
  }
}

}  // namespace
}  // namespace turnout::game
