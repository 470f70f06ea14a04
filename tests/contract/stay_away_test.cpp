// Users who may stay away, in transparency and response: against deviations on grids and the Markov
// chain of a task.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "any_games.h"
#include "turnout/analysis/response_answer.h"
#include "turnout/analysis/transparency_answer.h"
#include "turnout/verification/markov_chain.h"

namespace turnout::analysis {
namespace {

using game::Game;
using game::Policy;
using verification::chain_payoffs;

constexpr int kSteps = 100;
constexpr double kTolerance = 1e-9;

scenario::Scenario scenario_of(std::uint64_t seed) {
  base::Rng rng(131, seed);
  const auto plain = game::any_game(rng, 2);
  return {"s.toml",
          game::RoutingGame::make(plain.user(), plain.provider(), plain.models(), {}, true).value(),
          {"a", "b"}};
}

Game pair_of(const scenario::Scenario& scenario) { return scenario.game.pair(0, 1); }

/// A lottery over two policies, as all equilibria are.
struct Lottery {
  double share;
  Policy one, other;
  [[nodiscard]] double expected(const Game& game, double q) const {
    return share * chain_payoffs(game, one, q).expected_utility +
           (1 - share) * chain_payoffs(game, other, q).expected_utility;
  }
  [[nodiscard]] double cost(const Game& game, double q) const {
    return share * chain_payoffs(game, one, q).provider_cost +
           (1 - share) * chain_payoffs(game, other, q).provider_cost;
  }
};

Lottery lottery_of(const game::NashEquilibrium& e) {
  if (!e.mixes_start) return {1, e.policy, e.policy};
  return {e.first_share, {0, 0}, {1, 0}};
}

double best_expected(const Game& game, const Lottery& lottery) {
  double most = -std::numeric_limits<double>::infinity();
  for (int i = 0; i <= kSteps; ++i) most = std::max(most, lottery.expected(game, 1.0 * i / kSteps));
  return most;
}

double least_cost(const Game& game, double q) {
  double least = chain_payoffs(game, {1, 0}, q).provider_cost;
  for (int i = 0; i <= kSteps; ++i)
    least = std::min(least, chain_payoffs(game, {0, 1.0 * i / kSteps}, q).provider_cost);
  return least;
}

TEST(UsersWhoMayStayAway,
     do_so_in_an_equilibrium_that_is_worth_less_and_nobody_gains_by_deviating) {
  std::size_t away = 0;
  std::size_t come = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto scenario = scenario_of(seed);
    const Game game = pair_of(scenario);
    const double scale = 1 + game.value() + game.churn_penalty();
    const auto answer = transparency_answer(scenario).value();
    for (const auto& [e, comes, to_provider, to_user] : answer.equilibria) {
      const Lottery lottery = lottery_of(e);
      const double now = lottery.expected(game, e.abandon);
      EXPECT_LE(best_expected(game, lottery), now + kTolerance * scale) << seed;
      EXPECT_LE(lottery.cost(game, e.abandon),
                least_cost(game, e.abandon) + kTolerance * (scale + std::abs(now)))
          << seed;
      (comes ? come : away) += 1;
      if (comes) {
        EXPECT_GE(now, -kTolerance * scale) << seed;
        EXPECT_NEAR(e.payoffs.provider_cost, lottery.cost(game, e.abandon), kTolerance * scale);
      } else {
        EXPECT_LT(now, kTolerance * scale) << seed;
        EXPECT_EQ(e.payoffs.provider_cost, game.churn_penalty());
        EXPECT_EQ(e.payoffs.user_utility, game.user().outside);
        EXPECT_EQ(e.payoffs.success, 0);
      }
    }
  }
  EXPECT_GT(away, 50U);
  EXPECT_GT(come, 50U);
}

TEST(UsersWhoMayStayAway, cut_a_range_of_equilibria_where_they_begin_to_come) {
  std::size_t cut = 0;
  for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
    const auto scenario = scenario_of(seed);
    const Game game = pair_of(scenario);
    const auto answer = transparency_answer(scenario).value();
    const double scale = 1 + game.value();
    for (std::size_t i = 0; i < answer.ranges.size(); ++i) {
      const auto& [range, comes, to_provider, from, to] = answer.ranges[i];
      const double middle = (range.from.cascade + range.to.cascade) / 2;
      const auto lottery = stationary_lottery(game, range.abandon, middle);
      const double worth =
          Lottery{lottery.first_share, {0, middle}, {1, 0}}.expected(game, range.abandon);
      if (comes) {
        EXPECT_GE(worth, -kTolerance * scale) << seed;
      } else {
        EXPECT_LE(worth, kTolerance * scale) << seed;
        EXPECT_EQ(range.from.payoffs.provider_cost, game.churn_penalty());
      }
      cut += i > 0 && answer.ranges[i - 1].range.abandon == range.abandon &&
                     answer.ranges[i - 1].comes != comes
                 ? 1U
                 : 0U;
    }
  }
  EXPECT_GT(cut, 0U);
}

TEST(UsersWhoMayStayAway, come_for_the_published_policy_and_none_of_a_grid_is_cheaper) {
  std::size_t nobody = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto scenario = scenario_of(seed);
    const Game game = pair_of(scenario);
    const double scale = 1 + game.value() + game.churn_penalty();
    const auto answer = transparency_answer(scenario).value();
    const auto& best = answer.commitment;
    nobody += answer.comes ? 0U : 1U;
    if (answer.comes) {
      const auto chain = chain_payoffs(game, best.policy, best.abandon);
      EXPECT_GE(chain.expected_utility, -kTolerance * scale) << seed;
      EXPECT_NEAR(chain.provider_cost, best.payoffs.provider_cost, kTolerance * scale) << seed;
      EXPECT_NEAR(chain.user_utility + game.user().outside, best.payoffs.user_utility,
                  kTolerance * scale)
          << seed;
    } else {
      EXPECT_EQ(best.payoffs.provider_cost, game.churn_penalty());
    }
    for (int i = 0; i <= kSteps + 1; ++i) {
      const Policy policy = i > kSteps ? Policy{1, 0} : Policy{0, 1.0 * i / kSteps};
      const double q = best_response(game, policy).abandon;
      const auto chain = chain_payoffs(game, policy, q);
      const double cost = chain.expected_utility < 0 ? game.churn_penalty() : chain.provider_cost;
      EXPECT_LE(best.payoffs.provider_cost, cost + kTolerance * (scale + std::abs(cost))) << seed;
    }
  }
  EXPECT_GT(nobody, 20U);
}

TEST(UsersWhoMayStayAway, come_in_response_from_the_entry_on_and_whoever_knows_more_comes_too) {
  std::size_t entries = 0;
  std::size_t only_who_knows_more = 0;
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    const auto scenario = scenario_of(seed);
    const Game game = pair_of(scenario);
    const double scale = 1 + game.value() + game.churn_penalty();
    const auto answer = response_answer(scenario, {11}).value();
    for (const auto& point : answer.curve) {
      const Lottery lottery = {1, point.policy, point.policy};
      const double worth =
          std::max(best_expected(game, lottery), lottery.expected(game, point.response.abandon));
      if (std::abs(worth) > 1e-6 * scale) {
        EXPECT_EQ(point.comes, worth > 0) << seed;
      }
      const auto chain = chain_payoffs(game, point.policy, point.response.abandon);
      EXPECT_NEAR(point.payoffs.provider_cost,
                  point.comes ? chain.provider_cost : game.churn_penalty(), kTolerance * scale);
      EXPECT_NEAR(point.payoffs.user_utility,
                  game.user().outside + (point.comes ? chain.user_utility : 0), kTolerance * scale);
    }
    if (answer.entry && *answer.entry < 0.99) {
      ++entries;
      const auto comes_at = [&](double s) {
        const Policy policy{0, s};
        return best_expected(game, {1, policy, policy}) >= 0;
      };
      EXPECT_TRUE(comes_at(*answer.entry + 1e-6)) << seed;
      EXPECT_FALSE(comes_at(*answer.entry - 1e-6)) << seed;
    }
    if (!answer.knowledge) continue;
    const auto& [policy, model, attempt] = *answer.knowledge;
    EXPECT_GE(chain_payoffs(game, policy.policy, policy.abandon).expected_utility,
              -kTolerance * scale);
    EXPECT_GE(model.believed, -kTolerance * scale) << seed;
    EXPECT_GE(attempt.believed, -kTolerance * scale) << seed;
    only_who_knows_more +=
        model.payoffs.user_utility > policy.payoffs.user_utility + 1e-6 ? 1U : 0U;
  }
  EXPECT_GT(entries, 20U);
  EXPECT_GT(only_who_knows_more, 5U);
}

}  // namespace
}  // namespace turnout::analysis
