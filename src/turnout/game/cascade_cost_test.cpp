#include "turnout/game/cascade_cost.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "games.h"
#include "turnout/base/rng.h"

namespace turnout::game {
namespace {

using Complex = std::complex<double>;

Game random_game(base::Rng& rng) {
  return testing::game_of(rng.exponential(3), rng.exponential(3),
                          {rng.uniform(0.02, 0.98), rng.exponential(1), rng.exponential(1)},
                          {rng.uniform(0.02, 0.98), rng.exponential(1), rng.exponential(1)});
}

double by_definition(const Game& game, double s) {
  return evaluate(game, {0, s}, best_response(game, {0, s}).abandon).provider_cost;
}

TEST(CascadeCost, is_the_cost_under_the_best_response_also_at_its_kinks) {
  std::size_t kinks = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    base::Rng rng(61, i);
    const Game game = random_game(rng);
    const CascadeCost cost(game);
    std::vector<double> at(cost.kinks().at.begin(),
                           cost.kinks().at.begin() + static_cast<long>(cost.kinks().count));
    kinks += at.size();
    for (int j = 1; j < 40; ++j) at.push_back(j / 40.0);
    for (const double s : at) {
      const double exact = by_definition(game, s);
      EXPECT_NEAR(cost.at(s), exact, 1e-12 * exact) << i << " " << s;
    }
  }
  EXPECT_GT(kinks, 1000U);
}

TEST(CascadeCost, is_nowhere_below_its_bound_on_any_interval) {
  for (std::uint64_t i = 0; i < 3000; ++i) {
    base::Rng rng(62, i);
    const Game game = random_game(rng);
    const CascadeCost cost(game);
    const double low = rng.uniform(0, 1);
    const double high = low + (1 - low) * rng.uniform(0.001, 1);
    const double bound = cost.least(low, high);
    for (int j = 0; j <= 50; ++j) {
      const double s = std::min(low + (high - low) * j / 50, high);
      if (s <= 0 || s >= 1) continue;
      EXPECT_GE(by_definition(game, s), bound * (1 - 1e-12)) << i << " " << s;
    }
  }
}

/// J at a complex s: (7) has the smaller root a = (xi1 - W) / (xi1 b2 + b1 s m).
Complex cost_of_mixing(const Game& game, Complex s) {
  const Primitives<double> p(game);
  const auto& [first, second] = p.model;
  const double xi = first.net_value;
  const double m = -second.net_value;
  const double branch = xi * (first.goes_on - second.goes_on) / (first.goes_on * (xi + m));
  const Complex w = std::sqrt(s) * std::sqrt(s - branch) / std::sqrt(1.0 - s) *
                    std::sqrt(m * first.goes_on * (xi + m) / second.goes_on);
  const Complex a = (xi - w) / (xi * second.goes_on + first.goes_on * m * s);
  const Complex n1 = 1.0 / (1.0 - first.goes_on * a * (1.0 - s));
  const Complex n2 = first.goes_on * s * a * n1 / (1.0 - second.goes_on * a);
  return p.churn_penalty + (first.net_cost - p.churn_penalty * first.ends) * n1 +
         (second.net_cost - p.churn_penalty * second.ends) * n2;
}

TEST(CascadeCost, of_users_who_mix_is_at_most_its_modulus_in_the_complex_disc) {
  std::size_t shown = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    base::Rng rng(63, i);
    const Game game = random_game(rng);
    const CascadeCost cost(game);
    if (cost.kinks().count < 2) continue;
    const auto [low, high] = cost.kinks().at;
    const double middle = low + (high - low) * rng.uniform(0.1, 0.9);
    const double radius = (high - low) * rng.uniform(0, 0.5);
    EXPECT_NEAR(cost_of_mixing(game, middle).real(), by_definition(game, middle),
                1e-9 * (1 + by_definition(game, middle)));
    const auto most = cost.modulus(ResponseForm::kMixes, middle, radius);
    if (!most) continue;
    ++shown;
    for (int j = 0; j < 24; ++j) {
      const Complex s = middle + std::polar(radius, j * std::numbers::pi / 12);
      EXPECT_LE(std::abs(cost_of_mixing(game, s) - game.churn_penalty()), *most * (1 + 1e-9)) << i;
    }
  }
  EXPECT_GT(shown, 500U);
}

}  // namespace
}  // namespace turnout::game
