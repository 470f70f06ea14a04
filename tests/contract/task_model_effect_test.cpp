// Tasks that suit some models better than others (tau > 0): the factorised form against a plain
// tensor quadrature over (theta, phi_1, ..., phi_N), all sequences tried, and against simulation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/game/belief_plan.h"
#include "turnout/game/endless_bound.h"
#include "turnout/game/population_plan.h"
#include "turnout/numeric/normal_nodes.h"
#include "turnout/numeric/sample.h"
#include "turnout/numeric/variates.h"

namespace turnout::game {
namespace {

struct Case {
  RoutingGame game;
  Difficulty difficulty;
  TaskTypes types;
};

std::vector<double> rates_of(const RoutingGame& game) {
  std::vector<double> rates;
  for (std::size_t k = 0; k < game.size(); ++k) rates.push_back(game.model(k).success);
  return rates;
}

/// @param kind  0: the paper's users, no feedback; 1: feedback; 2: users who misjudge answers, are
///   impatient, and feedback
Case random_case(std::uint64_t seed, std::uint64_t i, std::size_t models, std::size_t depth,
                 std::uint64_t kind) {
  base::Rng rng(seed, i);
  std::vector<Model> all;
  std::vector<Rejections> rejections;
  for (std::size_t k = 0; k < models; ++k) {
    Model model{rng.uniform(0.1, 0.9), rng.exponential(0.6), rng.exponential(0.5),
                rng.uniform() < 0.3 ? rng.uniform() : 0};
    if (kind == 2) {
      model.false_accept = rng.uniform(0, 0.8);
      model.false_reject = rng.uniform(0, 0.8);
      model.patience = rng.uniform(0.6, 1);
    }
    rejections.push_back({model.false_reject, 1 - model.false_accept});
    all.push_back(model);
  }
  const Difficulty difficulty{rng.uniform(0, 1.5), kind == 0 ? 0 : rng.uniform(-0.5, 1),
                              rng.uniform(0.2, 1.5)};
  RoutingGame game =
      RoutingGame::make({rng.exponential(3), 1}, {rng.exponential(3)}, all, {}, i % 5 == 0).value();
  TaskTypes types = TaskTypes::rasch(rates_of(game), difficulty, depth, rejections);
  return {std::move(game), difficulty, std::move(types)};
}

/// What a sequence comes to, by stop: sums over all combinations of difficulty and two effects.
struct Stops {
  std::vector<double> utility, cost;
};
Stops by_tensor(const Case& c, const std::vector<std::size_t>& sequence) {
  constexpr double kStep = 0.4;
  const auto nodes = numeric::normal_nodes(kStep);
  const auto& [game, difficulty, types] = c;
  std::vector<double> skills;
  for (const double rate : rates_of(game)) skills.push_back(skill_of(rate, difficulty.spread()));
  const double penalty = game.churn_penalty();
  Stops stops{std::vector<double>(sequence.size() + 1, 0),
              std::vector<double>(sequence.size() + 1, 0)};
  for (const auto& theta : nodes) {
    for (const auto& one : nodes) {
      for (const auto& two : nodes) {
        double here = theta.weight * one.weight * two.weight;
        if (here < 1e-18) continue;
        double utility = 0;
        double spent = 0;
        stops.cost[0] += here * penalty;
        for (std::size_t j = 0; j < sequence.size(); ++j) {
          const std::size_t k = sequence[j];
          const Model& model = game.model(k);
          const double effect = (k == 0 ? one : two).x;
          const double logit = skills[k] - difficulty.sigma * theta.x + difficulty.tau * effect +
                               difficulty.feedback * static_cast<double>(j);
          const double p = 1 / (1 + std::exp(-logit));
          const double misled = (1 - p) * model.false_accept;
          const double rejected = p * model.false_reject + (1 - p) * (1 - model.false_accept);
          utility += here * (game.user().value * p * (1 - model.false_reject) -
                             game.user().harm * misled - model.latency - model.price);
          spent += here * (model.cost - model.price + penalty * misled +
                           penalty * (1 - model.patience) * rejected);
          here *= model.patience * rejected;
          stops.utility[j + 1] += utility;
          stops.cost[j + 1] += spent + penalty * here;
        }
      }
    }
  }
  return stops;
}

/// The cost at the user's best stop; ties, which random numbers do not have, to the provider.
double cost_of(const Case& c, const Stops& stops) {
  std::size_t best = c.game.participates() ? 0 : 1;
  for (std::size_t m = best + 1; m < stops.utility.size(); ++m) {
    if (stops.utility[m] > stops.utility[best]) best = m;
  }
  return stops.cost[best];
}

double least_by_tensor(const Case& c, std::size_t depth) {
  std::vector<std::size_t> sequence(depth, 0);
  double least = INFINITY;
  for (;;) {
    least = std::min(least, cost_of(c, by_tensor(c, sequence)));
    std::size_t j = 0;
    while (j < depth && ++sequence[j] == c.game.size()) sequence[j++] = 0;
    if (j == depth) return least;
  }
}

TEST(TaskModelEffect, best_sequence_is_the_best_of_all_by_tensor_quadrature) {
  constexpr std::size_t kDepth = 3;
  for (std::uint64_t i = 0; i < 36; ++i) {
    const Case c = random_case(31, i, 2, kDepth, i % 3);
    const CertifiedPlan found = best_sequence(c.game, c.types, kDepth);
    const double expected = least_by_tensor(c, kDepth);
    // The tensor rule's step of 0.4 has an error of exp(-2 pi (pi / 1.5) / 0.4) = 5e-15.
    EXPECT_NEAR(found.plan.payoffs.provider_cost, expected, 1e-9 * (1 + std::abs(expected))) << i;
    EXPECT_LE(found.certificate.bound, expected + 1e-9 * (1 + std::abs(expected))) << i;
    EXPECT_LE(found.certificate.gap, 1e-10 * (1 + std::abs(expected))) << i;
  }
}

TEST(TaskModelEffect, every_stop_of_a_sequence_is_worth_what_the_tensor_quadrature_says) {
  const std::vector<std::size_t> sequence = {0, 1, 0, 0};
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Case c = random_case(32, i, 2, sequence.size(), i % 3);
    const Stops stops = by_tensor(c, sequence);
    for (std::size_t m = 0; m <= sequence.size(); ++m) {
      const PlanPayoffs payoffs = stop_after(c.game, c.types, sequence, m);
      EXPECT_NEAR(payoffs.provider_cost, stops.cost[m], 1e-10 * (1 + std::abs(stops.cost[m])));
      EXPECT_NEAR(payoffs.user_utility, stops.utility[m], 1e-10 * (1 + std::abs(stops.utility[m])));
    }
  }
}

TEST(TaskModelEffect, one_segment_gets_the_plan_of_its_own_and_two_the_best_of_all_sequences) {
  constexpr std::size_t kDepth = 3;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Case c = random_case(33, i, 2, kDepth, i % 3);
    const std::vector<Segment> one = {{1, c.game.user()}};
    const double alone = best_sequence(c.game, c.types, kDepth).plan.payoffs.provider_cost;
    EXPECT_NEAR(best_sequence_for_all(c.game, one, c.types, kDepth).plan.payoffs.provider_cost,
                alone, 1e-9 * (1 + std::abs(alone)));
    const std::vector<Segment> two = {{0.4, c.game.user()}, {0.6, {3 * c.game.user().value, 0.5}}};
    double least = INFINITY;
    for (unsigned bits = 0; bits < 8; ++bits) {
      const std::vector<std::size_t> sequence = {bits & 1U, bits >> 1U & 1U, bits >> 2U};
      least =
          std::min(least, play_sequence_for_all(c.game, two, c.types, sequence).mean.provider_cost);
    }
    const CertifiedPlan found = best_sequence_for_all(c.game, two, c.types, kDepth);
    EXPECT_NEAR(found.plan.payoffs.provider_cost, least, 1e-9 * (1 + std::abs(least))) << i;
    EXPECT_LE(found.certificate.bound, least + 1e-9 * (1 + std::abs(least))) << i;
  }
}

TEST(TaskModelEffect, payoffs_are_those_of_simulated_tasks) {
  for (std::uint64_t i = 0; i < 6; ++i) {
    const Case c = random_case(34, i, 4, 5, i % 2);
    const EscalationPlan plan = best_sequence(c.game, c.types, 5).plan;
    std::vector<double> skills;
    for (const double rate : rates_of(c.game))
      skills.push_back(skill_of(rate, c.difficulty.spread()));
    base::Rng rng(35, i);
    numeric::Sample cost;
    numeric::Sample utility;
    for (int task = 0; task < 60'000; ++task) {
      const double theta = c.difficulty.sigma * numeric::normal(rng);
      std::vector<double> effect;
      for (int k = 0; k < 4; ++k) effect.push_back(c.difficulty.tau * numeric::normal(rng));
      double spent = 0;
      double worth = 0;
      bool solved = false;
      for (std::size_t j = 0; j < plan.leaves_after.value_or(5) && !solved; ++j) {
        const std::size_t k = plan.attempts[j].models[0].first;
        const Model& model = c.game.model(k);
        const double logit =
            skills[k] - theta + effect[k] + c.difficulty.feedback * static_cast<double>(j);
        spent += model.cost - model.price;
        worth -= model.latency + model.price;
        solved = rng.uniform() < 1 / (1 + std::exp(-logit));
      }
      cost.add(spent + (solved ? 0 : c.game.churn_penalty()));
      utility.add(worth + (solved ? c.game.user().value : 0));
    }
    EXPECT_NEAR(cost.mean(), plan.payoffs.provider_cost, 5 * cost.standard_error()) << i;
    EXPECT_NEAR(utility.mean(), plan.payoffs.user_utility, 5 * utility.standard_error()) << i;
  }
}

TEST(TaskModelEffect, of_one_model_only_the_sum_of_the_squares_matters) {
  const std::vector<double> rate = {0.4};
  for (const double feedback : {0.0, 0.6}) {
    const TaskTypes split = TaskTypes::rasch(rate, {1.2, feedback, 0.9}, 5);
    const TaskTypes one = TaskTypes::rasch(rate, {1.5, feedback, 0}, 5);
    for (std::size_t m = 0; m < 5; ++m) {
      const std::vector<std::size_t> before(m, 0);
      EXPECT_NEAR(split.success_after(before, 0), one.success_after(before, 0), 1e-11);
    }
  }
}

TEST(TaskModelEffect, a_failure_says_more_of_the_same_model_than_of_another) {
  const std::vector<double> rates = {0.4, 0.4};
  const std::vector<std::size_t> own = {0, 0};
  const std::vector<std::size_t> others = {1, 1};
  for (const double feedback : {0.0, 0.5}) {
    const TaskTypes types = TaskTypes::rasch(rates, {1, feedback, 1}, 3);
    EXPECT_LT(types.success_after(own, 0), types.success_after(others, 0) - 0.05);
    const TaskTypes alike = TaskTypes::rasch(rates, {1, feedback, 0}, 3);
    EXPECT_NEAR(alike.success_after(own, 0), alike.success_after(others, 0), 1e-14);
    const TaskTypes nearly = TaskTypes::rasch(rates, {1, feedback, 1e-6}, 3);
    EXPECT_NEAR(nearly.success_after(own, 0), alike.success_after(own, 0), 1e-9);
  }
}

TEST(TaskModelEffect, every_success_lies_between_its_ends) {
  for (std::uint64_t i = 0; i < 30; ++i) {
    const Case c = random_case(36, i, 2, 4, i % 3);
    for (unsigned bits = 0; bits < 8; ++bits) {
      const std::vector<std::size_t> before = {bits & 1U, bits >> 1U & 1U, bits >> 2U};
      for (std::size_t k = 0; k < 2; ++k) {
        const auto ends = c.types.success_ends(k, 3);
        const auto success = c.types.success(k, before);
        for (std::size_t type = 0; type < c.types.size(); ++type) {
          EXPECT_GE(success[type], std::min(ends.none[type], ends.all[type]) - 1e-13);
          EXPECT_LE(success[type], std::max(ends.none[type], ends.all[type]) + 1e-13);
        }
      }
    }
  }
}

TEST(TaskModelEffect, a_model_that_never_fails_has_no_failures_to_learn_from) {
  const std::vector<double> rates = {1.0, 0.5};
  const TaskTypes types = TaskTypes::rasch(rates, {1, 0, 1}, 3);
  EXPECT_NEAR(types.success_after({}, 0), 1, 1e-14);
  EXPECT_EQ(types.success_after(std::vector<std::size_t>{0}, 1), 0);  // nothing is open
  EXPECT_NEAR(types.success_after({}, 1), 0.5, 1e-11);
}

TEST(TaskModelEffect, tables_by_sets_of_attempts_end_where_they_would_fill_the_memory) {
  EXPECT_EQ(TaskTypes::deepest(4, {1, 0.5, 0}), 64U);
  EXPECT_EQ(TaskTypes::deepest(4, {1, 0, 1}), 64U);
  EXPECT_EQ(TaskTypes::deepest(1, {1, 0.5, 1}), 16U);
  EXPECT_EQ(TaskTypes::deepest(4, {1, 0.5, 1}), 14U);
  EXPECT_EQ(TaskTypes::deepest(64, {1, 0.5, 1}), 10U);
}

}  // namespace
}  // namespace turnout::game
