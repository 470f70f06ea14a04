#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/game/belief_plan.h"
#include "turnout/game/endless_bound.h"
#include "turnout/game/population_plan.h"

/// Plans for users whose patience wears off, against plain loops over all sequences.
namespace turnout::game {
namespace {

constexpr std::size_t kModels = 3;
constexpr std::size_t kDepth = 4;

struct Case {
  RoutingGame game;
  Difficulty difficulty;
};

/// Users who are impatient in one way with all models, or in a way of their own with each.
Case draw(base::Rng& rng, bool own_lists) {
  const User user{rng.uniform(2, 15), 1, rng.uniform(0, 1), rng.uniform(0, 2), rng.uniform() < 0.3};
  std::vector<Model> models;
  PatienceByAttempt patience;
  for (std::size_t k = 0; k < kModels; ++k) {
    models.push_back({rng.uniform(0.2, 0.9), rng.uniform(0.5, 8), rng.uniform(0.01, 2),
                      rng.uniform(0, 0.3), 1, rng.uniform(0, 0.2), rng.uniform(0, 0.1)});
    std::vector<double> list;
    for (std::size_t j = 0; j < 1 + rng.next() % 6; ++j) list.push_back(rng.uniform(0.2, 1));
    patience.push_back(k == 0 || own_lists ? list : patience[0]);
  }
  auto game =
      RoutingGame::make(user, {rng.uniform(1, 8)}, models, {}, rng.uniform() < 0.3, patience);
  return {game.value(), {rng.uniform(0, 1.5), rng.uniform(-0.3, 0.3), 0}};
}

TaskTypes types_of(const Case& c, std::size_t depth) {
  std::vector<double> first_try;
  for (std::size_t k = 0; k < kModels; ++k) first_try.push_back(c.game.model(k).success);
  return TaskTypes::rasch(first_try, c.difficulty, depth);
}

/// What a sequence costs if the user leaves where he likes best, by plain sums.
double cost_of(const Case& c, const TaskTypes& types, const std::vector<std::size_t>& sequence) {
  const User& user = c.game.user();
  const double penalty = c.game.churn_penalty();
  std::vector<double> open(types.weights().begin(), types.weights().end());
  double cost = 0;  // without those who may go on
  double utility = 0;
  double most = c.game.participates() ? 0 : -INFINITY;
  double best = penalty;
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    const Model& m = c.game.model(sequence[j]);
    const auto& list = c.game.patience_by_attempt()[sequence[j]];
    const double rho = list[std::min(j, list.size() - 1)];
    const auto success = types.success(
        sequence[j], std::vector<std::size_t>(sequence.begin(),
                                              sequence.begin() + static_cast<std::ptrdiff_t>(j)));
    double left = 0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const double p = success[i];
      const double solved = open[i] * p * (1 - m.false_reject);
      const double misled = open[i] * (1 - p) * m.false_accept;
      const double rejected = open[i] - solved - misled;
      cost += open[i] * (m.cost - m.price) + penalty * (misled + (1 - rho) * rejected);
      utility += (user.value - user.outside) * solved - open[i] * (m.latency + m.price);
      utility += misled * (user.naive ? user.value - user.outside : -user.harm - user.outside);
      open[i] = rho * rejected;
      left += open[i];
    }
    if (utility > most + 1e-12) {
      most = utility;
      best = cost + penalty * left;
    }
  }
  return best;
}

double least_of_all(const Case& c, const TaskTypes& types, std::size_t depth) {
  double least = INFINITY;
  const auto count = static_cast<std::size_t>(std::pow(kModels, depth));
  for (std::size_t code = 0; code < count; ++code) {
    std::vector<std::size_t> sequence;
    for (std::size_t rest = code; sequence.size() < depth; rest /= kModels)
      sequence.push_back(rest % kModels);
    least = std::min(least, cost_of(c, types, sequence));
  }
  return least;
}

TEST(PatienceByAttempt, plans_cost_what_the_best_of_all_sequences_does) {
  for (const bool own_lists : {false, true}) {
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
      base::Rng rng(7, seed + (own_lists ? 1000 : 0));
      const Case c = draw(rng, own_lists);
      const TaskTypes types = types_of(c, kDepth);
      const double least = least_of_all(c, types, kDepth);
      const double tolerance = 1e-10 * (1 + std::abs(least));
      const auto plan = best_sequence(c.game, types, kDepth);
      EXPECT_NEAR(plan.plan.payoffs.provider_cost, least, tolerance) << seed << own_lists;
      EXPECT_LE(plan.certificate.bound, least + tolerance);
      const std::vector<Segment> all = {{0.4, c.game.user()}, {0.6, c.game.user()}};
      const auto for_all = best_sequence_for_all(c.game, all, types, kDepth);
      EXPECT_NEAR(for_all.plan.payoffs.provider_cost, least, 1e-8 * (1 + std::abs(least)))
          << seed << own_lists;
    }
  }
}

TEST(PatienceByAttempt, no_longer_offer_is_cheaper_than_the_endless_bound) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    base::Rng rng(8, seed);
    const Case c = draw(rng, seed % 2 == 0);
    const auto plan = best_sequence(c.game, types_of(c, 2), 2);
    const double bound =
        endless_bound(c.game, types_of(c, 2), 2, plan.plan.payoffs.provider_cost, {});
    EXPECT_LE(bound, least_of_all(c, types_of(c, 6), 6) + 1e-9) << seed;
  }
}

TEST(PatienceByAttempt, a_list_that_says_one_thing_is_the_number) {
  base::Rng rng(9, 1);
  const Case c = draw(rng, true);
  std::vector<Model> models;
  PatienceByAttempt lists;
  for (std::size_t k = 0; k < kModels; ++k) {
    models.push_back(c.game.model(k));
    lists.push_back({models[k].patience, models[k].patience});
  }
  const auto number = RoutingGame::make(c.game.user(), c.game.provider(), models).value();
  const auto list =
      RoutingGame::make(c.game.user(), c.game.provider(), models, {}, false, lists).value();
  const auto types = types_of(c, kDepth);
  EXPECT_EQ(best_sequence(number, types, kDepth).plan.payoffs.provider_cost,
            best_sequence(list, types, kDepth).plan.payoffs.provider_cost);
}

TEST(PatienceByAttempt, is_checked) {
  const std::vector<Model> models = {{0.5, 1, 1}};
  for (const PatienceByAttempt& bad :
       {PatienceByAttempt{{}}, {{0.5, 1.5}}, {{0.5}, {0.5}}, {std::vector<double>(65, 0.5)}}) {
    EXPECT_FALSE(RoutingGame::make({10, 1}, {1}, models, {}, false, bad));
  }
}

}  // namespace
}  // namespace turnout::game
