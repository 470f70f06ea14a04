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

/// Games that differ in everything, as draws from a posterior do.
std::vector<PopulationPart> random_draws(base::Rng& rng, std::size_t size) {
  const double p1 = rng.uniform(0.05, 0.6);
  const double p2 = rng.uniform(p1, 0.95);
  const double t1 = rng.exponential(1);
  const double t2 = rng.exponential(1);
  const double value = rng.exponential(3);
  const auto about = [&](double x) { return x * rng.uniform(0.8, 1.25); };
  std::vector<PopulationPart> parts;
  for (std::size_t i = 0; i < size; ++i) {
    const double success = std::min(about(p1), 0.99);
    parts.push_back({1 / static_cast<double>(size),
                     testing::game_of(about(value), about(3), {success, about(t1), about(1)},
                                      {std::min(about(p2), 0.99), about(t2), about(2)})});
  }
  return parts;
}

/// The simple twin: every policy at which some user's response changes its form, one user after
/// the other. Quadratic in the parts.
double least_over_kinks(const std::vector<PopulationPart>& parts) {
  const auto cost = [&](const Policy& policy) {
    return evaluate_population(parts, policy).payoffs.provider_cost;
  };
  double least = std::min({cost({1, 0}), cost({0, 0}), cost({0, 1})});
  for (const PopulationPart& part : parts) {
    const Thresholds at = thresholds(part.game);
    for (const auto& s : {at.stay, at.patience, at.leave}) {
      if (s && *s > 0 && *s < 1) least = std::min(least, cost({0, *s}));
    }
  }
  return least;
}

TEST(Population, of_many_games_is_as_cheap_as_the_best_threshold_of_any_of_them) {
  std::size_t at_threshold = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    base::Rng rng(44, i);
    const auto parts = random_draws(rng, 20 + 2 * i);
    const double least = least_over_kinks(parts);
    const PopulationOptimum best = best_for_population(parts);
    EXPECT_LE(best.mean.payoffs.provider_cost, least * (1 + 1e-7)) << i;
    EXPECT_LE(best.bound, least * (1 + 1e-12)) << i;
    EXPECT_LE(best.mean.payoffs.provider_cost - best.bound,
              1.001e-7 * best.mean.payoffs.provider_cost)
        << i;
    const bool interior =
        best.policy.start == 0 && best.policy.cascade > 0 && best.policy.cascade < 1;
    if (interior && std::abs(best.mean.payoffs.provider_cost - least) <= 1e-12 * least)
      ++at_threshold;
    if (best.mean.payoffs.provider_cost > least * (1 + 1e-12)) {
      // Only where the least cost lies between thresholds may the search stop early.
      EXPECT_LT(best.bound, least) << i;
    }
  }
  EXPECT_GT(at_threshold, 30U);
}

TEST(Population, of_a_hundred_thousand_games_is_found_within_evaluations_of_n_log_n) {
  base::Rng rng(45, 0);
  const auto parts = random_draws(rng, 100'000);
  const PopulationOptimum best = best_for_population(parts);
  EXPECT_LE(best.mean.payoffs.provider_cost - best.bound,
            1.001e-7 * best.mean.payoffs.provider_cost);
  EXPECT_LT(best.evaluations, 20'000U);
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
