#include "turnout/game/sensitivity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"

namespace turnout::game {
namespace {

RoutingGame draw(base::Rng& rng, std::size_t models, bool participates) {
  std::vector<Model> all;
  for (std::size_t k = 0; k < models; ++k)
    all.push_back({rng.uniform(0.1, 0.95), rng.exponential(3), rng.exponential(1),
                   rng.uniform() < 0.3 ? rng.uniform() : 0, rng.uniform(0.7, 1)});
  return RoutingGame::make({rng.uniform(1, 12)}, {rng.exponential(3)}, all, {}, participates)
      .value();
}

template <class Boundary, class Other>
void expect_same(const std::optional<Boundary>& a, const std::optional<Other>& b, double now,
                 std::uint64_t seed) {
  ASSERT_EQ(a.has_value(), b.has_value()) << seed;
  if (!a) return;
  EXPECT_NEAR(a->at, b->at, 1e-11 * (std::abs(b->at) + std::abs(now))) << seed;
}

TEST(PolicySensitivity, of_two_models_is_that_of_their_routes) {
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    base::Rng rng(51, seed);
    const RoutingGame game = draw(rng, 2, false);
    const auto policies = sensitivities(game);
    const auto routes = sensitivities(game.pair(0, 1));
    ASSERT_EQ(policies.size(), routes.size());
    for (std::size_t i = 0; i < routes.size(); ++i) {
      EXPECT_EQ(policies[i].parameter, routes[i].parameter);
      expect_same(policies[i].below, routes[i].below, routes[i].value, seed);
      expect_same(policies[i].above, routes[i].above, routes[i].value, seed);
      found += (routes[i].below ? 1U : 0U) + (routes[i].above ? 1U : 0U);
    }
  }
  EXPECT_GT(found, 100U);
}

TEST(PolicySensitivity, names_the_nearest_number_at_which_another_policy_is_best) {
  std::size_t found = 0;
  std::size_t between = 0;
  std::size_t as_now = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    base::Rng rng(52, seed);
    const RoutingGame game = draw(rng, 3, seed % 2 == 0);
    const PaperPolicy now = *best_paper_policy(game);
    const auto at = [&](Parameter parameter, double x) {
      return *best_paper_policy(game.with(parameter, x).value());
    };
    for (const PolicySensitivity& s : sensitivities(game)) {
      for (const auto& boundary : {s.below, s.above}) {
        if (!boundary) continue;
        ++found;
        EXPECT_FALSE(same_way(at(s.parameter, boundary->at), now)) << seed;
        EXPECT_TRUE(same_way(at(s.parameter, boundary->at), boundary->beyond)) << seed;
        for (int i = 0; i < 5; ++i) {
          ++between;
          const double x = s.value + rng.uniform() * (boundary->at - s.value);
          as_now += same_way(at(s.parameter, x), now) ? 1U : 0U;
        }
      }
    }
  }
  EXPECT_GT(found, 200U);
  EXPECT_GE(static_cast<double>(as_now), 0.99 * static_cast<double>(between));
}

TEST(PolicySensitivity, has_no_answer_with_switching_costs) {
  const auto game =
      RoutingGame::make({5}, {2}, {{0.4, 1, 1}, {0.8, 2, 3}}, {{0, 1, 1, 0}, {}}).value();
  EXPECT_TRUE(sensitivities(game).empty());
}

}  // namespace
}  // namespace turnout::game
