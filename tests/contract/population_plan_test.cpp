// One sequence for users who differ: every user's choice and every payoff by plain loops over all
// sequences, and one segment as the case that is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "turnout/base/rng.h"
#include "turnout/game/plan_classes.h"
#include "turnout/game/population_plan.h"
#include "turnout/game/user_hopes.h"

namespace turnout::game {
namespace {

struct Case {
  RoutingGame game;
  std::vector<Segment> segments;
  TaskTypes types;
  std::size_t depth;
};

std::size_t below(base::Rng& rng, std::size_t end) {
  return static_cast<std::size_t>(rng.uniform() * static_cast<double>(end));
}

TaskTypes random_types(base::Rng& rng, const std::vector<Model>& models, std::size_t depth) {
  const int kind = static_cast<int>(rng.uniform() * 3);
  std::vector<double> rates;
  for (const Model& model : models) rates.push_back(model.success);
  if (kind == 0) return TaskTypes::empirical({rates});  // independent attempts
  if (kind == 1) {
    const double feedback = rng.uniform() < 0.3 ? 0 : rng.uniform(-0.5, 1);
    const double tau = rng.uniform() < 0.5 ? 0 : rng.uniform(0, 1.5);
    std::vector<Rejections> rejections;
    for (const Model& model : models)
      rejections.push_back({model.false_reject, 1 - model.false_accept});
    return TaskTypes::rasch(rates, {rng.uniform(0, 1.5), feedback, tau}, depth, rejections);
  }
  std::vector<std::vector<double>> success(1 + below(rng, 5), std::vector<double>(models.size()));
  for (auto& row : success) {
    for (double& p : row)
      p = rng.uniform() < 0.5 ? rng.uniform() : std::floor(rng.uniform() * 6) / 5;
  }
  return TaskTypes::empirical(success);
}

std::vector<Model> random_models(base::Rng& rng, std::size_t count, bool paper) {
  const auto sometimes = [&](double number) { return !paper && rng.uniform() < 0.4 ? number : 0; };
  std::vector<Model> models;
  for (std::size_t k = 0; k < count; ++k) {
    Model model{rng.uniform(0.1, 0.9), rng.exponential(0.6), rng.exponential(0.5),
                sometimes(rng.uniform(0, 0.5))};
    if (!paper && rng.uniform() < 0.2) model.latency = 0;  // so that users have ties
    model.patience = 1 - sometimes(rng.uniform(0, 0.4));
    model.false_accept = sometimes(rng.uniform(0, 0.6));
    model.false_reject = sometimes(rng.uniform(0, 0.3));
    models.push_back(model);
  }
  return models;
}

std::vector<Segment> random_segments(base::Rng& rng, std::size_t count, bool paper) {
  std::vector<Segment> segments;
  double sum = 0;
  for (std::size_t s = 0; s < count; ++s) {
    User user{rng.exponential(3), paper ? 1 : rng.uniform(0.3, 3)};
    if (!paper && rng.uniform() < 0.4) user.outside = rng.exponential(0.5);
    if (!paper && rng.uniform() < 0.4) user.harm = rng.exponential(1);
    user.naive = !paper && rng.uniform() < 0.3;
    segments.push_back({rng.uniform(0.05, 1), user});
    sum += segments.back().share;
  }
  for (Segment& segment : segments) segment.share /= sum;
  return segments;
}

Switching random_switching(base::Rng& rng, std::size_t models) {
  Switching extra;
  for (auto* matrix : {&extra.cost, &extra.latency}) {
    for (std::size_t i = 0; i < models * models; ++i)
      matrix->push_back(i / models == i % models ? 0 : rng.exponential(0.3));
  }
  if (rng.uniform() < 0.3) extra.cost[models * models > 1 ? 1 : 0] *= -1;  // a reward for switching
  return extra;
}

Case random_case(std::uint64_t seed, std::uint64_t i) {
  base::Rng rng(seed, i);
  const std::size_t models = 1 + i % 3;
  const std::size_t depth = 1 + (i / 3) % 5;
  const bool paper = i % 4 == 0;  // no more than users who differ in V
  const std::vector<Model> all = random_models(rng, models, paper);
  Provider provider{rng.exponential(rng.uniform() < 0.5 ? 3 : 0.3)};
  if (!paper && rng.uniform() < 0.4) provider.late_churn = rng.exponential(2);
  auto segments = random_segments(rng, 1 + below(rng, 5), paper);
  Switching extra = i % 3 == 1 ? random_switching(rng, models) : Switching{};
  TaskTypes types = random_types(rng, all, depth);
  // The game's own user is no user.
  return {RoutingGame::make({1e9, 1e-9, 3, 4, true}, provider, all, extra, i % 5 == 0).value(),
          std::move(segments), std::move(types), depth};
}

/// Quarters and halves, so that many users find many stops equally good, without rounding.
Case case_of_ties(std::uint64_t seed, std::uint64_t i) {
  base::Rng rng(seed, i);
  const auto quarters = [&](std::size_t least, std::size_t most) {
    return static_cast<double>(least + below(rng, most - least + 1)) / 4;
  };
  const std::size_t count = 2 + i % 2;
  const std::size_t depth = 2 + (i / 2) % 3;
  std::vector<Model> models;
  std::vector<double> rates;
  for (std::size_t k = 0; k < count; ++k) {
    rates.push_back(quarters(1, 3));
    models.push_back({rates.back(), quarters(0, 3), quarters(0, 4)});
  }
  std::vector<Segment> segments;
  for (const double share : {0.25, 0.25, 0.5})
    segments.push_back({share, {4 * quarters(0, 4), 1, 4 * quarters(0, 1)}});
  RoutingGame game =
      RoutingGame::make({1, 1}, {4 * quarters(0, 3)}, models, {}, i % 4 == 0).value();
  return {std::move(game), std::move(segments), TaskTypes::empirical({rates}), depth};
}

/// What one user gets and costs who makes `attempts` of the sequence's attempts; every number from
/// its definition, task type by task type.
struct Plain {
  double cost = 0;
  double believed = 0;
  double actual = 0;
  double success = 0;
  double latency = 0;
};
Plain plain_payoffs(const Case& c, const User& user, const std::vector<std::size_t>& sequence,
                    std::size_t attempts) {
  const double penalty = c.game.churn_penalty();
  const double late = c.game.provider().late_churn.value_or(penalty);
  Plain sum;
  for (std::size_t type = 0; type < c.types.size(); ++type) {
    double here = c.types.weights()[type];  // probability of this type and of being there
    for (std::size_t j = 0; j < attempts; ++j) {
      const std::size_t k = sequence[j];
      const std::size_t from = j == 0 ? k : sequence[j - 1];
      const Model& model = c.game.model(k);
      const double p = c.types.success(k, std::span(sequence).first(j))[type];
      const double solved = here * p * (1 - model.false_reject);
      const double misled = here * (1 - p) * model.false_accept;
      const double rejected = here * (p * model.false_reject + (1 - p) * (1 - model.false_accept));
      const double latency = model.latency + c.game.switch_latency(from, k);
      const double takes = here * (user.value_of_time * latency + model.price);
      sum.cost += here * (model.cost - model.price + c.game.switch_cost(from, k));
      sum.cost += late * misled + penalty * (1 - model.patience) * rejected;
      sum.actual += (user.value - user.outside) * solved - (user.harm + user.outside) * misled;
      sum.actual -= takes;
      sum.believed += (user.value - user.outside) * solved - takes;
      sum.believed +=
          user.naive ? (user.value - user.outside) * misled : -(user.harm + user.outside) * misled;
      sum.success += solved;
      sum.latency += here * latency;
      here = model.patience * rejected;
    }
    sum.cost += penalty * here;
  }
  return sum;
}

/// The user's own choice: what is worth most, of what ties the cheapest.
std::size_t plain_choice(const Case& c, const User& user,
                         const std::vector<std::size_t>& sequence) {
  constexpr double kTie = 1e-11;
  const std::size_t first = c.game.participates() ? 0 : 1;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t m = first; m <= sequence.size(); ++m)
    most = std::max(most, plain_payoffs(c, user, sequence, m).believed);
  std::size_t best = sequence.size() + 1;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t m = first; m <= sequence.size(); ++m) {
    const Plain at = plain_payoffs(c, user, sequence, m);
    if (at.believed < most - kTie || at.cost >= least) continue;
    least = at.cost;
    best = m;
  }
  return best;
}

double plain_cost(const Case& c, const std::vector<std::size_t>& sequence) {
  double cost = 0;
  for (const Segment& segment : c.segments) {
    const std::size_t made = plain_choice(c, segment.user, sequence);
    cost += segment.share * plain_payoffs(c, segment.user, sequence, made).cost;
  }
  return cost;
}

double cheapest_of_all(const Case& c) {
  std::vector<std::size_t> sequence(c.depth, 0);
  double least = std::numeric_limits<double>::infinity();
  for (;;) {
    least = std::min(least, plain_cost(c, sequence));
    std::size_t j = 0;
    while (j < c.depth && ++sequence[j] == c.game.size()) sequence[j++] = 0;
    if (j == c.depth) return least;
  }
}

std::vector<std::size_t> sequence_of(const EscalationPlan& plan) {
  std::vector<std::size_t> sequence;
  for (const PlannedAttempt& attempt : plan.attempts)
    sequence.push_back(attempt.models.at(0).first);
  return sequence;
}

/// Many users along a lognormal V.
std::vector<Segment> lognormal(std::size_t count, double median, double sigma) {
  std::vector<Segment> segments;
  for (std::size_t s = 0; s < count; ++s) {
    // A logistic stands in for the normal quantile: the same shape, and no table.
    const double u = (static_cast<double>(s) + 0.5) / static_cast<double>(count);
    const double z = std::log(u / (1 - u)) / 1.702;
    segments.push_back({1.0 / static_cast<double>(count), {median * std::exp(sigma * z), 1}});
  }
  return segments;
}

TEST(PopulationPlan, costs_what_the_best_of_all_sequences_costs_in_three_thousand_random_games) {
  std::size_t split = 0;  // games in which users leave at different attempts
  std::size_t better = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const Case c = random_case(31, i);
    const CertifiedPlan found = best_sequence_for_all(c.game, c.segments, c.types, c.depth);
    const double expected = cheapest_of_all(c);
    const double rounding = 1e-10 * (1 + std::abs(expected));
    EXPECT_NEAR(found.plan.payoffs.provider_cost, expected, rounding) << i;
    EXPECT_LE(found.certificate.bound, expected + rounding) << i;
    EXPECT_LE(found.certificate.gap, rounding) << i;
    ASSERT_EQ(found.plan.attempts.size(), c.depth);
    const auto play = play_sequence_for_all(c.game, c.segments, c.types, sequence_of(found.plan));
    const auto [few, many] = std::minmax_element(play.attempts.begin(), play.attempts.end());
    split += *few < *many ? 1U : 0U;
    const auto cascade = best_cascade_sequence_for_all(c.game, c.segments, c.types, c.depth);
    better += cascade.payoffs.provider_cost > expected + rounding ? 1U : 0U;
  }
  EXPECT_GT(split, 500U);
  EXPECT_GT(better, 50U);
}

TEST(PopulationPlan, users_who_do_not_care_leave_where_that_is_cheapest_for_the_provider) {
  std::size_t tied = 0;
  for (std::uint64_t i = 0; i < 6000; ++i) {
    const Case c = case_of_ties(43, i);
    const CertifiedPlan found = best_sequence_for_all(c.game, c.segments, c.types, c.depth);
    const double expected = cheapest_of_all(c);
    EXPECT_NEAR(found.plan.payoffs.provider_cost, expected, 1e-10 * (1 + std::abs(expected))) << i;
    EXPECT_LE(found.certificate.bound, expected + 1e-10) << i;
    const std::vector<std::size_t> sequence = sequence_of(found.plan);
    const std::size_t made = plain_choice(c, c.segments[0].user, sequence);
    const double most = plain_payoffs(c, c.segments[0].user, sequence, made).believed;
    for (std::size_t m = 1; m <= c.depth; ++m) {
      if (m == made) continue;
      tied += plain_payoffs(c, c.segments[0].user, sequence, m).believed == most ? 1U : 0U;
    }
  }
  EXPECT_GT(tied, 1000U);
}

TEST(PopulationPlan, plays_a_sequence_as_plain_loops_over_users_types_and_attempts_do) {
  for (std::uint64_t i = 0; i < 600; ++i) {
    const Case c = random_case(32, i);
    base::Rng rng(33, i);
    std::vector<std::size_t> sequence(c.depth);
    for (std::size_t& k : sequence) k = below(rng, c.game.size());
    const auto play = play_sequence_for_all(c.game, c.segments, c.types, sequence);
    double utility = 0;
    double cost = 0;
    std::vector<double> reach(c.depth);
    for (std::size_t s = 0; s < c.segments.size(); ++s) {
      const User& user = c.segments[s].user;
      const std::size_t made = plain_choice(c, user, sequence);
      ASSERT_EQ(play.attempts[s], made) << i;
      const Plain expected = plain_payoffs(c, user, sequence, made);
      const PlanPayoffs& got = play.by_segment[s];
      EXPECT_NEAR(got.provider_cost, expected.cost, 1e-11);
      EXPECT_NEAR(got.user_utility, expected.actual, 1e-11);
      EXPECT_NEAR(got.success, expected.success, 1e-12);
      EXPECT_NEAR(got.latency, expected.latency, 1e-11);
      utility += c.segments[s].share * expected.actual;
      cost += c.segments[s].share * expected.cost;
      for (std::size_t j = 0; j < made; ++j) {
        // Being left does not depend on who one is, but for the choice to leave.
        const double left = play_sequence(c.game, c.types, sequence).reach[j];
        reach[j] += c.segments[s].share * left;
      }
    }
    EXPECT_NEAR(play.mean.user_utility, utility, 1e-11) << i;
    EXPECT_NEAR(play.mean.provider_cost, cost, 1e-11) << i;
    for (std::size_t j = 0; j < c.depth; ++j) EXPECT_NEAR(play.reach[j], reach[j], 1e-12) << i;
  }
}

TEST(PopulationPlan, users_who_are_all_alike_get_the_plan_for_one_user) {
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Case c = random_case(34, i);
    const User& user = c.segments[0].user;
    const std::vector<Segment> alike = {{1, user}};
    std::vector<Model> models;
    for (std::size_t k = 0; k < c.game.size(); ++k) models.push_back(c.game.model(k));
    const RoutingGame theirs = RoutingGame::make(user, c.game.provider(), models,
                                                 c.game.switching(), c.game.participates())
                                   .value();
    const PlanPayoffs all = best_sequence_for_all(c.game, alike, c.types, c.depth).plan.payoffs;
    const PlanPayoffs one = best_sequence(theirs, c.types, c.depth).plan.payoffs;
    EXPECT_NEAR(all.provider_cost, one.provider_cost, 1e-10 * (1 + one.provider_cost)) << i;
    const PlanPayoffs fixed = best_static_sequence_for_all(c.game, alike, c.types, c.depth).payoffs;
    const PlanPayoffs same = best_static_sequence(theirs, c.types, c.depth).payoffs;
    EXPECT_NEAR(fixed.provider_cost, same.provider_cost, 1e-12 * (1 + same.provider_cost)) << i;
    EXPECT_NEAR(fixed.user_utility, same.user_utility, 1e-12 * (1 + same.latency + user.value));
  }
}

TEST(PopulationPlan, bound_of_a_search_that_was_cut_short_is_below_the_best_of_all_sequences) {
  std::size_t open = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Case c = random_case(35, i);
    const double least = cheapest_of_all(c);
    for (const std::size_t nodes : {1U, 3U, 10U}) {
      const CertifiedPlan cut =
          best_sequence_for_all(c.game, c.segments, c.types, c.depth, {nodes});
      const double rounding = 1e-10 * (1 + std::abs(least));
      EXPECT_LE(cut.certificate.bound, least + rounding) << i;
      EXPECT_GE(cut.plan.payoffs.provider_cost, least - rounding) << i;
      EXPECT_EQ(cut.certificate.gap, cut.plan.payoffs.provider_cost - cut.certificate.bound);
      EXPECT_LE(cut.certificate.nodes, nodes) << i;
      open += cut.certificate.gap > rounding ? 1U : 0U;
    }
  }
  EXPECT_GT(open, 50U);
}

TEST(PopulationPlan, bound_of_a_cancelled_search_is_still_true) {
  const std::atomic<bool> stop = true;
  for (std::uint64_t i = 0; i < 30; ++i) {
    const Case c = random_case(36, i);
    SearchLimits limits;
    limits.watch.cancellation = base::Cancellation(stop);
    const CertifiedPlan cut = best_sequence_for_all(c.game, c.segments, c.types, c.depth, limits);
    EXPECT_LE(cut.certificate.bound, cheapest_of_all(c) + 1e-9) << i;
    EXPECT_EQ(cut.plan.attempts.size(), c.depth);
  }
}

TEST(PopulationPlan, segments_that_are_split_into_equal_ones_change_nothing) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Case c = random_case(37, i);
    std::vector<Segment> finer = {{0, {7, 7}}};  // and one that nobody belongs to
    for (const double part : {0.25, 0.5, 0.25}) {
      for (const Segment& segment : c.segments)
        finer.push_back({part * segment.share, segment.user});
    }
    const CertifiedPlan coarse = best_sequence_for_all(c.game, c.segments, c.types, c.depth);
    const CertifiedPlan fine = best_sequence_for_all(c.game, finer, c.types, c.depth);
    const double cost = coarse.plan.payoffs.provider_cost;
    EXPECT_NEAR(fine.plan.payoffs.provider_cost, cost, 1e-12 * (1 + std::abs(cost))) << i;
    EXPECT_NEAR(fine.certificate.bound, coarse.certificate.bound, 1e-11 * (1 + std::abs(cost)));
    EXPECT_EQ(fine.plan.leaves_after, coarse.plan.leaves_after) << i;
  }
}

TEST(PopulationPlan, no_class_of_plans_costs_more_than_a_narrower_one) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Case c = random_case(38, i);
    const PlanClasses all = compare_plans(c.game, c.segments, c.types, c.depth);
    const double rounding = 1e-12 * (1 + std::abs(all.best_static.payoffs.provider_cost));
    EXPECT_LE(*all.cascade_cost(), all.best_static.payoffs.provider_cost + rounding) << i;
    EXPECT_LE(all.deterministic.plan.payoffs.provider_cost, *all.cascade_cost() + rounding) << i;
    EXPECT_EQ(all.plan.certificate.bound, all.deterministic.certificate.bound);
  }
}

TEST(PopulationPlan, one_plan_for_all_costs_at_least_as_much_as_a_plan_for_each) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Case c = random_case(39, i);
    double each = 0;
    for (const Segment& segment : c.segments) {
      const std::vector<Segment> alone = {{1, segment.user}};
      each += segment.share *
              best_sequence_for_all(c.game, alone, c.types, c.depth).plan.payoffs.provider_cost;
    }
    const double all =
        best_sequence_for_all(c.game, c.segments, c.types, c.depth).plan.payoffs.provider_cost;
    EXPECT_GE(all, each - 1e-10 * (1 + std::abs(each))) << i;
  }
}

TEST(PopulationPlan, two_hundred_segments_and_four_models_are_searched_whole) {
  const std::vector<double> rates = {0.35, 0.5, 0.65, 0.8};
  std::vector<Model> models;
  for (const double p : rates) models.push_back({p, 0.2 + p / 2, p * p / 2});
  const RoutingGame game = RoutingGame::make({1, 1}, {1.5}, models).value();
  const TaskTypes types = TaskTypes::rasch(rates, {1.2, 0.3}, 6);
  const CertifiedPlan found = best_sequence_for_all(game, lognormal(200, 1, 0.8), types, 6);
  EXPECT_LE(found.certificate.gap, 1e-10 * found.plan.payoffs.provider_cost);
  EXPECT_LE(found.certificate.nodes, 1000U);  // of 1 + 4 + ... + 4^6 = 5461
}

TEST(PopulationPlan, segments_that_share_their_hopes_change_no_plan) {
  base::Rng rng(40);
  constexpr std::size_t kDepth = 4;
  for (int i = 0; i < 4; ++i) {
    std::vector<std::vector<double>> tasks(5000, std::vector<double>(2));
    for (auto& row : tasks) {
      for (double& p : row) p = rng.uniform();
    }
    const TaskTypes types = TaskTypes::empirical(tasks);
    const std::vector<Segment> segments = lognormal(300, rng.uniform(0.3, 1.5), 1);
    ASSERT_GT(segments.size() * types.size() * kDepth, UserHopes::kMostNumbers);
    std::vector<Model> models;
    for (std::size_t k = 0; k < 2; ++k)
      models.push_back({types.success_after({}, k), rng.exponential(0.4), rng.exponential(0.4)});
    const RoutingGame game = RoutingGame::make({1, 1}, {rng.exponential(2)}, models).value();
    double least = std::numeric_limits<double>::infinity();
    for (unsigned bits = 0; bits < 1U << kDepth; ++bits) {
      std::vector<std::size_t> sequence;
      for (std::size_t j = 0; j < kDepth; ++j) sequence.push_back(bits >> j & 1U);
      const auto play = play_sequence_for_all(game, segments, types, sequence);
      least = std::min(least, play.mean.provider_cost);
    }
    const CertifiedPlan found = best_sequence_for_all(game, segments, types, kDepth);
    EXPECT_NEAR(found.plan.payoffs.provider_cost, least, 1e-10 * (1 + least)) << i;
    EXPECT_LE(found.certificate.bound, least * (1 + 1e-12)) << i;
  }
}

TEST(PopulationPlan, hopes_are_above_what_any_sequence_gives_a_user_who_leaves_when_he_likes) {
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Case c = random_case(41, i);
    base::Rng rng(42, i);
    std::vector<Segment> sorted = c.segments;
    std::sort(sorted.begin(), sorted.end(),
              [](const Segment& a, const Segment& b) { return a.user.value < b.user.value; });
    const UserHopes hopes(c.game, sorted, c.types, c.depth);
    std::vector<std::size_t> sequence(c.depth);
    for (std::size_t& k : sequence) k = below(rng, c.game.size());
    for (std::size_t s = 0; s < sorted.size(); ++s) {
      const double most = hopes.after(0, hopes.group_of(s), c.types.weights().data());
      for (std::size_t m = 0; m <= c.depth; ++m)
        EXPECT_GE(most + 1e-12, plain_payoffs(c, sorted[s].user, sequence, m).believed) << i;
    }
  }
}

}  // namespace
}  // namespace turnout::game
