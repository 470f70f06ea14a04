#include "turnout/analysis/participation_answer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "turnout/base/rng.h"
#include "turnout/game/best_response.h"

namespace turnout::analysis {
namespace {

/// Three models, prices, impatience and, in some games, errors of judgement.
scenario::Scenario draw(base::Rng& rng) {
  std::vector<game::Model> models;
  const bool judges = rng.uniform() < 0.5;
  for (int k = 0; k < 3; ++k) {
    models.push_back({rng.uniform(0.1, 0.9), rng.exponential(3), rng.exponential(1),
                      rng.uniform() < 0.4 ? rng.uniform() : 0, rng.uniform(0.7, 1),
                      judges ? rng.uniform(0, 0.3) : 0, judges ? rng.uniform(0, 0.2) : 0});
  }
  const game::User user{rng.uniform(1, 12), 1, rng.uniform() < 0.3 ? 0.5 : 0, 1,
                        rng.uniform() < 0.3};
  auto game = game::RoutingGame::make(user, {rng.exponential(3)}, models, {}, true).value();
  return {"s.toml", game, {"a", "b", "c"}};
}

TEST(ParticipationAnswer, no_policy_of_a_grid_that_users_come_for_costs_less) {
  int stays_away = 0;
  int won = 0;
  int unchanged = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    base::Rng rng(3, seed);
    const auto scenario = draw(rng);
    const auto answer = participation_answer(scenario).value();
    const double cost = answer.best.payoffs.provider_cost;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = i + 1; j < 3; ++j) {
        const game::Game pair = scenario.game.pair(i, j);
        for (int step = 0; step <= 201; ++step) {
          const game::Policy policy =
              step > 200 ? game::Policy{1, 0} : game::Policy{0, step / 200.0};
          const double q = game::best_response(pair, policy).abandon;
          const game::Primitives<double> terms(pair);
          const auto n = game::expected_visits(terms, policy.start, policy.cascade, q);
          const double believed = n[0] * terms.model[0].net_value + n[1] * terms.model[1].net_value;
          // A provider has the cost of a user who stays away only from a policy that keeps him so.
          least = std::min(least, believed < 0 ? scenario.game.churn_penalty()
                                               : game::evaluate(pair, policy, q).provider_cost);
        }
      }
    }
    EXPECT_LE(cost, least + 1e-9 * (1 + std::abs(least))) << seed;
    stays_away += answer.best.submits ? 0 : 1;
    won += answer.best.submits && answer.best.policy.cascade > 0 ? 1 : 0;
    EXPECT_EQ(answer.deployed.has_value(), answer.best.submits);
    unchanged += answer.best.submits && !answer.right_changes_policy ? 1 : 0;
    if (!answer.right_changes_policy) {
      EXPECT_EQ(answer.best.payoffs.provider_cost, answer.if_they_came.payoffs.provider_cost);
    }
    if (answer.best.submits) {
      EXPECT_LE(answer.if_they_came.payoffs.provider_cost, cost + 1e-12);
    }
    if (answer.best.submits && !scenario.game.user().naive) {
      EXPECT_GE(answer.deployed->payoffs.user_utility, scenario.game.user().outside - 1e-12)
          << seed;
      EXPECT_NEAR(answer.deployed->payoffs.provider_cost, cost, 1e-4 * (1 + std::abs(cost)))
          << seed;
    }
  }
  EXPECT_GT(stays_away, 20);
  EXPECT_GT(won, 20);
  EXPECT_GT(unchanged, 20);
}

TEST(ParticipationAnswer, refuses_users_who_know_more_than_the_policy) {
  base::Rng rng(3, 1);
  auto scenario = draw(rng);
  scenario.knows = scenario::Knows::kAttempt;
  const auto answer = participation_answer(scenario);
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().to_string().find("user.knows"), std::string::npos);
}

}  // namespace
}  // namespace turnout::analysis
