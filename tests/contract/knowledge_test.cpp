#include "turnout/game/knowledge.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "turnout/game/equilibrium.h"
#include "turnout/verification/random_games.h"

namespace turnout::game {
namespace {

/// The best of the four informed responses, each played on the chain by its definition: value
/// iteration from the end.
double informed_utility(const Game& game, const Policy& policy) {
  const Primitives<double> p(game);
  const auto& [a, b] = p.model;
  double first = 0;
  double second = 0;
  for (int i = 0; i < 20'000; ++i) {
    const double next_second = std::max(0.0, b.net_value + b.goes_on * second);
    const double next_first =
        std::max(0.0, (1 - policy.cascade) * (a.net_value + a.goes_on * first) +
                          policy.cascade * (b.net_value + b.goes_on * second));
    if (next_first == first && next_second == second) break;
    first = next_first;
    second = next_second;
  }
  return policy.start == 0 ? a.net_value + a.goes_on * first : b.net_value + b.goes_on * second;
}

TEST(Knowledge, more_of_it_never_hurts_the_user_and_agrees_with_value_iteration) {
  for (std::uint64_t i = 0; i < 3000; ++i) {
    base::Rng rng(51, i);
    const Game game = verification::draw_in_any_order(rng);
    const Policy policy{rng.next() % 2, rng.uniform()};
    const double scale = 1 + game.value() + game.model(0).latency / game.model(0).success;
    const double stationary =
        evaluate(game, policy, best_response(game, policy).abandon).user_utility;
    const double informed = informed_response(game, policy).payoffs.user_utility;
    const double counting = counting_response(game, policy).payoffs.user_utility;
    EXPECT_NEAR(informed, informed_utility(game, policy), 1e-9 * scale) << i;
    EXPECT_GE(informed, stationary - 1e-9 * scale) << i;
    // Who has seen which model answers can do whatever a user can who only counts: a cascade moves
    // one way.
    EXPECT_GE(informed, counting - 1e-9 * scale) << i;
    EXPECT_GE(counting, stationary - 1e-9 * scale) << i;
  }
}

TEST(Knowledge, a_counting_user_stays_or_leaves_like_the_stationary_one_on_static_policies) {
  for (std::uint64_t i = 0; i < 2000; ++i) {
    base::Rng rng(52, i);
    const Game game = verification::draw_in_any_order(rng);
    const Policy policy{rng.next() % 2, 0};
    const double q = best_response(game, policy).abandon;
    const CountingResponse counting = counting_response(game, policy);
    EXPECT_EQ(counting.leaves_after, q == 1 ? std::optional<std::size_t>(1) : std::nullopt) << i;
    EXPECT_NEAR(counting.payoffs.provider_cost, evaluate(game, policy, q).provider_cost,
                1e-9 * (1 + counting.payoffs.provider_cost))
        << i;
  }
}

}  // namespace
}  // namespace turnout::game
