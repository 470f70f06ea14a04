// Two models with prices, impatient users, errors of judgement and an outside option: the closed
// forms against tasks that are followed attempt by attempt, on grids of s and q.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "any_games.h"
#include "turnout/game/remedies.h"

namespace turnout::game {
namespace {

struct Followed {
  double cost = 0, success = 0;
  double utility = 0, believed = 0;  ///< above v0, which he has who never comes
};

/// What a task comes to under (start, s) and q, from the models' own numbers: who is on which model,
/// attempt by attempt, until hardly anybody is left.
Followed follow(const Game& game, const Policy& policy, double q) {
  const User& user = game.user();
  const double late = game.provider().late_churn.value_or(game.churn_penalty());
  std::vector<double> on = {policy.start == 0 ? 1.0 : 0.0, policy.start == 1 ? 1.0 : 0.0};
  Followed sum;
  for (int attempt = 0; attempt < 100'000 && on[0] + on[1] > 1e-15; ++attempt) {
    std::vector<double> still = {0, 0};
    for (std::size_t k = 0; k < 2; ++k) {
      const Model& m = game.model(k);
      const double solved = on[k] * m.success * (1 - m.false_reject);
      const double misled = on[k] * (1 - m.success) * m.false_accept;
      const double rejected = on[k] - solved - misled;
      const double gone = rejected * (1 - m.patience);
      const double leaves = (rejected - gone) * q;
      const double wait = on[k] * (user.value_of_time * m.latency + m.price);
      still[k] = rejected - gone - leaves;
      sum.cost +=
          on[k] * (m.cost - m.price) + game.churn_penalty() * (gone + leaves) + late * misled;
      sum.success += solved;
      sum.utility +=
          user.value * solved - user.harm * misled + user.outside * (gone + leaves) - wait;
      sum.believed += user.value * (user.naive ? solved + misled : solved) -
                      (user.naive ? 0 : user.harm * misled) + user.outside * (gone + leaves) - wait;
    }
    on = {still[0] * (1 - policy.cascade), still[0] * policy.cascade + still[1]};
  }
  sum.utility -= user.outside;
  sum.believed -= user.outside;
  return sum;
}

Game any_pair(std::uint64_t seed, std::uint64_t i) {
  base::Rng rng(seed, i);
  return any_game(rng, 2).pair(0, 1);
}

double scale_of(const Game& game) {
  return 1 + game.value() + game.churn_penalty() + game.user().harm +
         game.provider().late_churn.value_or(0);
}

TEST(GeneralGame, payoffs_are_those_of_tasks_followed_attempt_by_attempt) {
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    const Game game = any_pair(41, i);
    base::Rng rng(42, i);
    const Policy policy{rng.next() % 2, rng.uniform()};
    const double q = rng.uniform() < 0.3 ? 0 : rng.uniform();
    const auto payoffs = evaluate(game, policy, q);
    const Followed followed = follow(game, policy, q);
    const double tolerance = 1e-10 * scale_of(game);
    EXPECT_NEAR(payoffs.provider_cost, followed.cost, tolerance) << i;
    EXPECT_NEAR(payoffs.user_utility, followed.utility, tolerance) << i;
    EXPECT_NEAR(payoffs.success, followed.success, 1e-10) << i;
  }
}

TEST(GeneralGame, the_response_is_the_best_as_the_user_sees_it) {
  for (std::uint64_t i = 0; i < 1'500; ++i) {
    const Game game = any_pair(43, i);
    base::Rng rng(44, i);
    const Policy policy{rng.uniform() < 0.2 ? 1U : 0U, rng.uniform()};
    const double chosen = follow(game, policy, best_response(game, policy).abandon).believed;
    for (int step = 0; step <= 40; ++step) {
      EXPECT_LE(follow(game, policy, step / 40.0).believed, chosen + 1e-9 * scale_of(game))
          << i << ' ' << step;
    }
  }
}

TEST(GeneralGame, no_policy_of_a_grid_is_cheaper_than_the_equilibrium) {
  std::size_t cascades = 0;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    const Game game = any_pair(45, i);
    const Candidate best = solve(game).best();
    cascades += is_cascade(best.route) ? 1U : 0U;
    const double tolerance = 1e-9 * scale_of(game);
    const Followed own = follow(game, best.policy, best.abandon);
    EXPECT_NEAR(own.cost, best.payoffs.provider_cost, tolerance) << i;
    EXPECT_NEAR(own.utility, best.payoffs.user_utility, tolerance) << i;
    for (int step = 0; step <= 60; ++step) {
      const Policy policy{0, step / 60.0};
      const double cost = follow(game, policy, best_response(game, policy).abandon).cost;
      EXPECT_GE(cost, best.payoffs.provider_cost - tolerance) << i << ' ' << step;
    }
    const Policy second{1, 0};
    EXPECT_GE(follow(game, second, best_response(game, second).abandon).cost,
              best.payoffs.provider_cost - tolerance);
  }
  EXPECT_GT(cascades, 100U);
}

// A dear and useless M2 as a threat: without beta1 >= beta2 none of the five candidates is the best.
TEST(GeneralGame, a_mixed_response_can_be_the_best_where_the_second_model_seldom_ends_a_task) {
  const std::array<Model, 2> models = {
      {{0.41, 23, 0.0014, 0, 0.996}, {0.024, 30, 0.0011, 0.182, 0.996}}};
  const Game game = Game::make({3.8, 0.001}, {0.01}, models).value();
  const Candidate best = solve(game).best();
  EXPECT_EQ(best.route, Route::kCascadeMixed);
  EXPECT_LT(best.payoffs.provider_cost, -0.2887);
  for (int step = 0; step <= 2'000; ++step) {
    const Policy policy{0, step / 2'000.0};
    EXPECT_GE(follow(game, policy, best_response(game, policy).abandon).cost,
              best.payoffs.provider_cost - 1e-9);
  }
}

TEST(GeneralGame, throttling_costs_what_the_cheapest_of_slowed_games_does) {
  std::size_t pays = 0;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    const Game game = any_pair(46, i);
    const Throttling throttled = throttling(game, solve(game));
    base::Rng rng(47, i);
    double least = solve(game).best().payoffs.provider_cost;
    for (int trial = 0; trial < 40; ++trial) {
      std::array<Model, 2> models = {game.model(0), game.model(1)};
      for (Model& m : models) {
        const double most = game.value() / game.value_of_time();
        m.latency += rng.uniform() < 0.3 ? 0 : most * rng.uniform() * (trial % 2 == 0 ? 1 : 2);
      }
      const Game slow = Game::make(game.user(), game.provider(), models).value();
      const double cost = solve(slow).best().payoffs.provider_cost;
      EXPECT_GE(cost, throttled.cost - 1e-9 * scale_of(game)) << i;
      least = std::min(least, cost);
    }
    EXPECT_NEAR(least, throttled.cost, 1e-9 * scale_of(game)) << i;
    pays += throttled.gain > 0 ? 1U : 0U;
    const double floor = penalty_floor(game);
    Provider provider = game.provider();
    provider.churn_penalty = floor * 1.001 + 1e-9;
    const Game above = Game::make(game.user(), provider, {game.model(0), game.model(1)}).value();
    EXPECT_LE(throttling(above, solve(above)).gain, 1e-9 * scale_of(game)) << i;
  }
  EXPECT_GT(pays, 100U);
}

// The paper's condition: throttling pays iff P < min c/p, both models worth waiting for.
TEST(GeneralGame, impatience_leaves_the_throttling_condition_as_it_is) {
  std::size_t compared = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    base::Rng rng(48, i);
    const RoutingGame plain = random_game(rng, 2);
    std::array<Model, 2> models = {plain.model(0), plain.model(1)};
    for (Model& m : models) m.patience = rng.uniform(0.1, 1);
    const Game game = Game::make(plain.user(), plain.provider(), models).value();
    if (regime_of(game) != Regime::kValueValue) continue;
    const double floor =
        std::min(models[0].cost / models[0].success, models[1].cost / models[1].success);
    EXPECT_NEAR(penalty_floor(game), floor, 1e-9 * (1 + floor)) << i;
    ++compared;
  }
  EXPECT_GT(compared, 2'000U);
}

}  // namespace
}  // namespace turnout::game
