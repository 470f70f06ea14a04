// Plans of bounded depth under informative failures: exhaustive enumeration, simulation, and the
// paper as the special case.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/game/belief_plan.h"
#include "turnout/game/endless_bound.h"
#include "turnout/game/plan_classes.h"
#include "turnout/numeric/sample.h"
#include "turnout/verification/plan_judges.h"

namespace turnout::game {
namespace {

struct Case {
  RoutingGame game;
  TaskTypes types;
};

TaskTypes random_types(base::Rng& rng, std::size_t models, std::size_t count, std::size_t depth) {
  const int kind = static_cast<int>(rng.uniform() * 3);
  if (kind == 0) {
    std::vector<double> rates;
    for (std::size_t k = 0; k < models; ++k) rates.push_back(rng.uniform(0.05, 0.95));
    const double feedback = rng.uniform() < 0.3 ? 0 : rng.uniform(-0.5, 1);
    const double tau = rng.uniform() < 0.5 ? 0 : rng.uniform(0, 2);
    return TaskTypes::rasch(rates, {rng.uniform(0, 2), feedback, tau}, depth);
  }
  std::vector<std::vector<double>> success(count, std::vector<double>(models));
  for (auto& row : success) {
    // Rates as a table of trials has them, 0 and 1 among them.
    for (double& p : row) p = kind == 1 ? rng.uniform() : std::floor(rng.uniform() * 6) / 5;
  }
  return TaskTypes::empirical(success);
}

Case random_case(base::Rng& rng, std::size_t models, std::size_t count, std::size_t depth,
                 bool switching, bool participates) {
  std::vector<Model> all;
  for (std::size_t k = 0; k < models; ++k) {
    all.push_back({rng.uniform(0.1, 0.9), rng.exponential(0.6), rng.exponential(0.5),
                   rng.uniform() < 0.3 ? rng.uniform() : 0});
  }
  Switching extra;
  if (switching) {
    for (auto* matrix : {&extra.cost, &extra.latency}) {
      for (std::size_t i = 0; i < models * models; ++i)
        matrix->push_back(i / models == i % models ? 0 : rng.exponential(0.3));
    }
  }
  const User user{rng.exponential(3), 1};
  const double penalty = rng.exponential(3);
  TaskTypes types = random_types(rng, models, count, depth);
  return {RoutingGame::make(user, {penalty}, all, extra, participates).value(), std::move(types)};
}

TEST(BeliefPlan, equals_exhaustive_enumeration_on_a_thousand_small_cases) {
  std::size_t leave_early = 0;
  for (std::uint64_t i = 0; i < 1200; ++i) {
    base::Rng rng(21, i);
    const std::size_t models = 1 + i % 4;
    const std::size_t depth = 1 + (i / 4) % (models > 3 ? 4 : 5);
    const Case c = random_case(rng, models, 1 + i % 9, depth, i % 3 == 0, i % 5 == 0);
    const CertifiedPlan found = best_sequence(c.game, c.types, depth);
    const double expected = verification::exhaustive_sequence_cost(c.game, c.types, depth);
    EXPECT_NEAR(found.plan.payoffs.provider_cost, expected, 1e-10 * (1 + std::abs(expected))) << i;
    EXPECT_LE(found.certificate.bound, expected + 1e-10) << i;
    EXPECT_LE(found.certificate.gap, 1e-10 * (1 + std::abs(expected))) << i;
    ASSERT_EQ(found.plan.attempts.size(), depth);
    leave_early += found.plan.leaves_after ? 1U : 0U;
  }
  EXPECT_GT(leave_early, 200U);
}

TEST(BeliefPlan, finds_the_best_sequence_where_switching_is_rewarded) {
  for (std::uint64_t i = 0; i < 400; ++i) {
    base::Rng rng(25, i);
    const Case plain = random_case(rng, 3, 4, 4, false, false);
    std::vector<Model> models;
    for (std::size_t k = 0; k < 3; ++k) models.push_back(plain.game.model(k));
    Switching extra{std::vector<double>(9), {}};
    for (const std::size_t pair : {1U, 3U, 5U, 6U}) extra.cost[pair] = -rng.exponential(0.5);
    const RoutingGame game =
        RoutingGame::make(plain.game.user(), plain.game.provider(), models, extra).value();
    const CertifiedPlan found = best_sequence(game, plain.types, 4);
    const double expected = verification::exhaustive_sequence_cost(game, plain.types, 4);
    EXPECT_NEAR(found.plan.payoffs.provider_cost, expected, 1e-10 * (1 + std::abs(expected))) << i;
    EXPECT_LE(found.certificate.bound, expected + 1e-10 * (1 + std::abs(expected))) << i;
  }
}

TEST(BeliefPlan, bound_of_a_search_that_was_cut_short_is_still_a_bound) {
  for (std::uint64_t i = 0; i < 300; ++i) {
    base::Rng rng(22, i);
    const Case c = random_case(rng, 4, 8, 5, false, false);
    const CertifiedPlan cut = best_sequence(c.game, c.types, 5, {3});
    const CertifiedPlan whole = best_sequence(c.game, c.types, 5);
    EXPECT_LE(cut.certificate.bound, whole.plan.payoffs.provider_cost + 1e-10) << i;
    EXPECT_GE(cut.plan.payoffs.provider_cost, whole.plan.payoffs.provider_cost - 1e-10) << i;
    EXPECT_NEAR(cut.certificate.gap, cut.plan.payoffs.provider_cost - cut.certificate.bound, 1e-15)
        << i;
  }
}

TEST(BeliefPlan, payoffs_are_those_of_simulated_tasks) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    base::Rng rng(23, i);
    const Case c = random_case(rng, 3, 6, 4, true, false);
    const EscalationPlan plan = best_sequence(c.game, c.types, 4).plan;
    std::vector<std::size_t> sequence;
    for (const auto& attempt : plan.attempts) sequence.push_back(attempt.models[0].first);
    numeric::Sample cost;
    numeric::Sample utility;
    for (int task = 0; task < 40'000; ++task) {
      double u = rng.uniform();
      std::size_t type = 0;
      while (type + 1 < c.types.size() && u >= c.types.weights()[type])
        u -= c.types.weights()[type++];
      double spent = 0;
      double worth = 0;
      bool solved = false;
      for (std::size_t j = 0; j < plan.leaves_after.value_or(4) && !solved; ++j) {
        const std::size_t k = plan.attempts[j].models[0].first;
        const std::size_t from = j == 0 ? k : plan.attempts[j - 1].models[0].first;
        const Model& model = c.game.model(k);
        spent += model.cost - model.price + c.game.switch_cost(from, k);
        worth -= model.latency + c.game.switch_latency(from, k) + model.price;
        solved = rng.uniform() < c.types.success(k, std::span(sequence).first(j))[type];
      }
      cost.add(spent + (solved ? 0 : c.game.churn_penalty()));
      utility.add(worth + (solved ? c.game.user().value : 0));
    }
    EXPECT_NEAR(cost.mean(), plan.payoffs.provider_cost, 5 * cost.standard_error()) << i;
    EXPECT_NEAR(utility.mean(), plan.payoffs.user_utility, 5 * utility.standard_error()) << i;
  }
}

/// @returns how far the endless bound is below the cost of seven attempts, as a share of it.
double gap_of_endless_bound(const RoutingGame& game, const Difficulty& difficulty) {
  const std::vector<double> rates = {0.3, 0.5, 0.7};
  const TaskTypes types = TaskTypes::rasch(std::span(rates).first(game.size()), difficulty, 7);
  const double shallow = best_sequence(game, types, 3).plan.payoffs.provider_cost;
  const double bound = endless_bound(game, types, 3, shallow);
  for (const std::size_t depth : {4U, 7U}) {
    const double cost = best_sequence(game, types, depth).plan.payoffs.provider_cost;
    EXPECT_GE(cost, bound - 1e-10 * (1 + std::abs(cost))) << depth;
    EXPECT_LE(endless_bound(game, types, depth, cost), cost);
  }
  EXPECT_LE(endless_bound(game, types, 3, shallow, {2}), bound + 1e-12) << "cut short";
  const double cost = best_sequence(game, types, 7).plan.payoffs.provider_cost;
  return (cost - endless_bound(game, types, 7, cost)) / cost;
}

TEST(BeliefPlan, no_longer_offer_costs_less_than_the_endless_bound_which_is_about_a_quarter_below) {
  double gaps = 0;
  int compared = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    SCOPED_TRACE(i);
    base::Rng rng(25, i);
    const Case c = random_case(rng, 2 + i % 2, 1, 7, i % 3 == 0, i % 5 == 0);
    Difficulty difficulty{rng.uniform(0, 2), rng.uniform(-0.5, 1)};
    const double gap = gap_of_endless_bound(c.game, difficulty);
    difficulty.tau = rng.uniform(0, 2);
    if (i % 4 == 0) difficulty.feedback = 0;
    gap_of_endless_bound(c.game, difficulty);
    if (c.game.has_prices()) continue;  // earns on failures: then no bound is near
    gaps += gap;
    ++compared;
  }
  EXPECT_LT(gaps / compared, 0.27);
}

TEST(BeliefPlan, without_difficulty_deep_plans_reach_the_cost_of_the_deterministic_plan) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    base::Rng rng(24, i);
    std::vector<Model> all;
    std::vector<double> rates;
    for (int k = 0; k < 2; ++k) {
      rates.push_back(rng.uniform(0.6, 0.95));
      all.push_back({rates.back(), rng.exponential(1), rng.exponential(1)});
    }
    const RoutingGame game =
        RoutingGame::make({rng.exponential(3), 1}, {rng.exponential(3)}, all).value();
    constexpr std::size_t kDepth = 14;
    const CertifiedPlan bounded = best_sequence(game, TaskTypes::rasch(rates, {}, kDepth), kDepth);
    const CertifiedPlan unbounded = best_deterministic_plan(game, {100'000});
    // What can happen after the last attempt has a probability of at most 0.4^14.
    const double rest = std::pow(0.4, 14.0) * (20 + game.churn_penalty());
    EXPECT_GE(bounded.plan.payoffs.provider_cost, unbounded.certificate.bound - rest) << i;
    EXPECT_LE(bounded.certificate.bound, unbounded.plan.payoffs.provider_cost + rest + 1e-9) << i;
  }
}

TEST(TaskTypes, rasch_sums_agree_with_adaptive_quadrature) {
  using boost::math::quadrature::gauss_kronrod;
  for (const double sigma : {0.3, 1.0, 2.0, 3.0, 6.0, 10.0}) {
    for (const double rate : {1e-4, 0.1, 0.5, 0.93}) {
      const double skill = skill_of(rate, sigma);
      const auto normal = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * M_PI); };
      const auto success = [&](double x) { return 1 / (1 + std::exp(sigma * x - skill)); };
      const double tolerance = sigma <= 3 ? 1e-10 : 1e-6;
      const auto first = [&](double x) { return normal(x) * success(x); };
      EXPECT_NEAR((gauss_kronrod<double, 61>::integrate(first, -12, 12, 15, 1e-14)), rate,
                  tolerance * rate + 1e-13);
      const std::vector<double> rates = {rate};
      const TaskTypes types = TaskTypes::rasch(rates, {sigma, 0}, 4);
      double failed = 0;
      for (std::size_t type = 0; type < types.size(); ++type) {
        failed += types.weights()[type] * std::pow(1 - types.success(0, {})[type], 4);
      }
      const auto fourth = [&](double x) { return normal(x) * std::pow(1 - success(x), 4); };
      EXPECT_NEAR(failed, (gauss_kronrod<double, 61>::integrate(fourth, -12, 12, 15, 1e-14)),
                  tolerance)
          << sigma << ' ' << rate;
    }
  }
}

TEST(TaskTypes, without_spread_or_feedback_there_is_one_type_with_the_first_try_rate) {
  const std::vector<double> rates = {0.3, 1.0};
  const TaskTypes types = TaskTypes::rasch(rates, {}, 5);
  ASSERT_EQ(types.size(), 1U);
  EXPECT_EQ(types.success(0, std::vector<std::size_t>{0, 1, 0})[0], 0.3);
  EXPECT_EQ(types.success(1, {})[0], 1.0);
  EXPECT_TRUE(types.failures_commute());
}

}  // namespace
}  // namespace turnout::game
