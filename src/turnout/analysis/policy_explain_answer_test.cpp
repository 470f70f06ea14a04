#include "turnout/analysis/policy_explain_answer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"

namespace turnout::analysis {
namespace {

scenario::Scenario draw(base::Rng& rng) {
  std::vector<game::Model> models;
  for (int k = 0; k < 3; ++k)
    models.push_back({rng.uniform(0.1, 0.9), rng.exponential(3), rng.exponential(1)});
  const game::User user{rng.uniform(1, 12), 1, rng.uniform() < 0.5 ? 0.5 : 0};
  auto game = game::RoutingGame::make(user, {rng.exponential(3)}, models, {}, true).value();
  return {"s.toml", game, {"a", "b", "c"}};
}

/// The same scenario with one number moved.
game::RoutingGame moved(const game::RoutingGame& game, game::Parameter parameter, double to) {
  game::User user = game.user();
  game::Provider provider = game.provider();
  std::vector<game::Model> models = game.models();
  if (belongs_to_a_model(parameter.quantity)) {
    set(models[parameter.model], parameter.quantity, to);
  } else {
    set(user, provider, parameter.quantity, to);
  }
  return game::RoutingGame::make(user, provider, models, {}, game.participates()).value();
}

TEST(PolicyExplainAnswer, names_values_on_whose_two_sides_the_best_policies_differ) {
  std::size_t tried = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    base::Rng rng(17, seed);
    const auto scenario = draw(rng);
    const auto answer = policy_explain_answer(scenario).value();
    for (const auto& reach : answer.reaches) {
      for (const auto& to : {reach.below, reach.above}) {
        if (!to || to->boundary.at == 0) continue;
        const auto& [at, beyond] = to->boundary;
        const double step = 1e-9 * std::abs(at) * (at > reach.value ? 1 : -1);
        const auto inside = *best_paper_policy(moved(scenario.game, reach.parameter, at - step));
        EXPECT_FALSE(same_way(inside, beyond)) << seed << ' ' << symbol(reach.parameter);
        EXPECT_TRUE(same_way(inside, answer.best)) << seed << ' ' << symbol(reach.parameter);
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 100U);
}

TEST(PolicyExplainAnswer, has_no_rule_of_a_policy_that_users_do_not_come_for) {
  std::size_t kept_away = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    base::Rng rng(18, seed);
    const auto answer = policy_explain_answer(draw(rng)).value();
    if (!answer.if_they_came) continue;
    ++kept_away;
    EXPECT_FALSE(answer.rule.has_value()) << seed;
    const double cost = answer.if_they_came->payoffs.provider_cost;
    if (!answer.best.submits) {  // to lose them all costs less, whatever they would think of it
      EXPECT_LE(answer.best.payoffs.provider_cost, answer.scenario.game.churn_penalty());
      continue;
    }
    EXPECT_LE(cost, answer.best.payoffs.provider_cost) << seed;
    EXPECT_LT(answer.if_they_came->payoffs.user_utility, answer.scenario.game.user().outside);
  }
  EXPECT_GT(kept_away, 10U);
}

}  // namespace
}  // namespace turnout::analysis
