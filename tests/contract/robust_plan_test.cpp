// One sequence for a game that is not known exactly, and the least greatest regret: by plain loops over
// all sequences, games, users, types and attempts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "turnout/base/rng.h"
#include "turnout/game/regret_plan.h"
#include "turnout/game/robust_plan.h"

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t below(base::Rng& rng, std::size_t end) {
  return static_cast<std::size_t>(rng.uniform() * static_cast<double>(end));
}

/// A game whose numbers lie up to `spread` (a factor) around those of the stream's base game.
struct Family {
  std::vector<Model> models;
  std::vector<Segment> segments;
  Provider provider;
  Difficulty difficulty;
  bool participates = false;
  std::size_t depth = 1;
};

Family random_family(std::uint64_t seed, std::uint64_t i) {
  base::Rng rng(seed, i);
  const bool paper = i % 3 == 0;
  Family family;
  family.depth = 1 + (i / 3) % 4;
  family.participates = i % 7 == 0;
  for (std::size_t k = 0; k < 1 + i % 3; ++k) {
    Model model{rng.uniform(0.15, 0.8), rng.exponential(0.6), rng.exponential(0.5)};
    if (!paper && rng.uniform() < 0.4) model.price = rng.uniform(0, 0.4);
    if (!paper && rng.uniform() < 0.5) model.patience = rng.uniform(0.6, 1);
    if (!paper && rng.uniform() < 0.4) model.false_accept = rng.uniform(0, 0.5);
    if (!paper && rng.uniform() < 0.4) model.false_reject = rng.uniform(0, 0.3);
    family.models.push_back(model);
  }
  const std::size_t segments = 1 + below(rng, 3);
  for (std::size_t s = 0; s < segments; ++s) {
    User user{rng.exponential(3), rng.uniform(0.4, 2)};
    if (!paper && i % 2 == 0) user.outside = 0.2;
    if (!paper) user.harm = rng.uniform() < 0.5 ? rng.exponential(1) : 0;
    user.naive = !paper && i % 5 == 0;
    family.segments.push_back({1.0 / static_cast<double>(segments), user});
  }
  family.provider.churn_penalty = rng.exponential(2);
  if (!paper && rng.uniform() < 0.3) family.provider.late_churn = rng.exponential(1);
  if (i % 4 == 1) family.difficulty = {rng.uniform(0.3, 1.5), rng.uniform(-0.3, 0.6)};
  if (i % 8 == 5) family.difficulty.tau = rng.uniform(0.3, 1.5);
  if (i % 16 == 13) family.difficulty.feedback = 0;
  return family;
}

/// @param factor  one number from 0 to 1 for V, P, the first model's success and its latency
PossibleGame game_of(const Family& family, std::span<const double> factor) {
  const auto scaled = [&](double x, std::size_t which) { return x * (0.6 + 0.8 * factor[which]); };
  std::vector<Model> models = family.models;
  models[0].success = std::min(1.0, scaled(models[0].success, 2));
  models[0].latency = scaled(models[0].latency, 3);
  std::vector<Segment> segments = family.segments;
  for (Segment& segment : segments) segment.user.value = scaled(segment.user.value, 0);
  Provider provider = family.provider;
  provider.churn_penalty = scaled(provider.churn_penalty, 1);
  std::vector<double> rates;
  std::vector<Rejections> rejections;
  for (const Model& model : models) {
    rates.push_back(model.success);
    rejections.push_back({model.false_reject, 1 - model.false_accept});
  }
  return {RoutingGame::make(segments[0].user, provider, models, {}, family.participates).value(),
          segments, TaskTypes::rasch(rates, family.difficulty, family.depth, rejections)};
}

std::vector<PossibleGame> drawn(const Family& family, std::size_t count, std::uint64_t seed) {
  std::vector<PossibleGame> games;
  for (std::size_t i = 0; i < count; ++i) {
    base::Rng rng(seed, i);
    const std::vector<double> at = {rng.uniform(), rng.uniform(), rng.uniform(), rng.uniform()};
    games.push_back(game_of(family, at));
  }
  return games;
}

/// J of a sequence in a game, every number from its definition.
double plain_cost(const PossibleGame& g, const Sequence& sequence) {
  constexpr double kTie = 1e-11;
  const double penalty = g.game.churn_penalty();
  const double late = g.game.provider().late_churn.value_or(penalty);
  double mean = 0;
  for (const Segment& segment : g.segments) {
    const User& user = segment.user;
    std::vector<double> here(g.types.weights().begin(), g.types.weights().end());
    double spent = 0;
    double worth = 0;
    double most = -kInfinity;
    double chosen = kInfinity;
    for (std::size_t m = 0; m <= sequence.size(); ++m) {
      const double left = std::accumulate(here.begin(), here.end(), 0.0);
      if (m > 0 || g.game.participates()) {
        const double cost = spent + penalty * left;
        if (worth > most + kTie) {
          most = worth;
          chosen = cost;
        } else if (worth > most - kTie) {
          chosen = std::min(chosen, cost);
        }
      }
      if (m == sequence.size()) break;
      const Model& model = g.game.model(sequence[m]);
      for (std::size_t type = 0; type < here.size(); ++type) {
        const double p = g.types.success(sequence[m], std::span(sequence).first(m))[type];
        const double solved = here[type] * p * (1 - model.false_reject);
        const double misled = here[type] * (1 - p) * model.false_accept;
        const double rejected = here[type] - solved - misled;
        spent += here[type] * (model.cost - model.price) + late * misled +
                 penalty * (1 - model.patience) * rejected;
        worth += (user.value - user.outside) * solved -
                 here[type] * (user.value_of_time * model.latency + model.price);
        worth += (user.naive ? user.value - user.outside : -user.harm - user.outside) * misled;
        here[type] = model.patience * rejected;
      }
    }
    mean += segment.share * chosen;
  }
  return mean;
}

std::vector<Sequence> all_sequences(std::size_t models, std::size_t depth) {
  std::vector<Sequence> all;
  Sequence sequence(depth, 0);
  for (;;) {
    all.push_back(sequence);
    std::size_t j = 0;
    while (j < depth && ++sequence[j] == models) sequence[j++] = 0;
    if (j == depth) return all;
  }
}

double mean_cost(const std::vector<PossibleGame>& games, const Sequence& sequence) {
  double sum = 0;
  for (const PossibleGame& game : games) sum += plain_cost(game, sequence);
  return sum / static_cast<double>(games.size());
}

TEST(RobustPlan, costs_what_the_best_of_all_sequences_costs_over_fifty_games) {
  std::size_t beyond_the_mean = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Family family = random_family(61, i);
    const auto games = drawn(family, 50, 62 + i);
    const RobustPlan plan = robust_plan(games, family.depth, {}, {});
    double least = kInfinity;
    double informed = 0;
    const auto all = all_sequences(family.models.size(), family.depth);
    for (const Sequence& sequence : all) least = std::min(least, mean_cost(games, sequence));
    for (const PossibleGame& game : games) {
      double own = kInfinity;
      for (const Sequence& sequence : all) own = std::min(own, plain_cost(game, sequence));
      informed += own / static_cast<double>(games.size());
    }
    const double rounding = 1e-9 * (1 + std::abs(least));
    const double reached = mean_cost(games, plan.sequence);
    // A plainer sequence may cost a ten-thousandth more, which the certificate says.
    EXPECT_LE(reached, least + 1e-4 * std::abs(least) + rounding) << i;
    EXPECT_NEAR(plan.certificate.bound + plan.certificate.gap, reached, rounding) << i;
    EXPECT_NEAR(plan.certificate.bound, least, 1e-9 * (1 + std::abs(least))) << i;
    EXPECT_NEAR(std::accumulate(plan.least.begin(), plan.least.end(), 0.0) / 50, informed,
                1e-9 * (1 + std::abs(informed)))
        << i;
    beyond_the_mean += least > informed + 1e-3 * std::abs(informed) ? 1U : 0U;
  }
  EXPECT_GT(beyond_the_mean, 80U);  // in so many of them it matters that the game is not known
}

TEST(RobustPlan, of_a_search_that_was_cut_short_has_a_bound_that_is_true) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Family family = random_family(63, i);
    const auto games = drawn(family, 20, 64 + i);
    const RobustPlan plan = robust_plan(games, family.depth, {}, {2});
    double least = kInfinity;
    for (const Sequence& sequence : all_sequences(family.models.size(), family.depth))
      least = std::min(least, mean_cost(games, sequence));
    EXPECT_LE(plan.certificate.bound, least + 1e-9 * (1 + std::abs(least))) << i;
    EXPECT_LE(plan.certificate.nodes, 2U);
  }
}

TEST(RobustPlan, information_on_all_that_is_unknown_is_worth_what_knowing_the_game_is) {
  // Two games that want two sequences, told apart by the one number: half of the cost of error each.
  SequenceCosts costs{{{0}, {1}}, {{}, {}}};
  std::vector<std::vector<double>> numbers(2);
  base::Rng rng(5);
  for (int g = 0; g < 2000; ++g) {
    const double x = rng.uniform();
    numbers[0].push_back(x);
    numbers[1].push_back(rng.uniform());  // has nothing to do with it
    costs.cost[0].push_back(x < 0.5 ? 1 : 3);
    costs.cost[1].push_back(x < 0.5 ? 3 : 1);
  }
  const auto gains = information_gains(costs, numbers);
  EXPECT_NEAR(gains[0], 1, 0.15);
  EXPECT_NEAR(gains[1], 0, 0.05);
}

TEST(RegretPlan, regrets_what_it_says_and_at_least_what_a_grid_of_games_shows) {
  std::size_t settled = 0;
  std::size_t tight = 0;
  std::size_t above_grid = 0;
  constexpr std::size_t kCases = 16;
  for (std::uint64_t i = 0; i < kCases; ++i) {
    const Family family = random_family(71, i);
    // Two dimensions, V and the first model's success, so that a grid can be dense.
    const GameBox box{2, [&](std::span<const double> at) {
                        const std::vector<double> all = {at[0], 0.5, at[1], 0.5};
                        return game_of(family, all);
                      }};
    RegretOptions options;
    options.depth = family.depth;
    options.checks = 400;
    const RegretPlan plan = least_regret(box, options);
    const auto all = all_sequences(family.models.size(), family.depth);
    const auto least_in = [&](const PossibleGame& game) {
      double own = kInfinity;
      for (const Sequence& sequence : all) own = std::min(own, plain_cost(game, sequence));
      return own;
    };
    const PossibleGame worst = box.game(plan.worst.at);
    const double scale = 1 + std::abs(plan.worst.cost);
    EXPECT_NEAR(plan.worst.regret(), plain_cost(worst, plan.sequence) - least_in(worst),
                1e-8 * scale)
        << i;
    // What every sequence regrets somewhere on a grid is a lower bound, too.
    constexpr std::size_t kSide = 21;
    std::vector<double> greatest(all.size(), 0);
    double of_plan = 0;
    for (std::size_t a = 0; a < kSide; ++a) {
      for (std::size_t b = 0; b < kSide; ++b) {
        const std::vector<double> at = {static_cast<double>(a) / (kSide - 1),
                                        static_cast<double>(b) / (kSide - 1)};
        const PossibleGame game = box.game(at);
        std::vector<double> costs;
        for (const Sequence& sequence : all) costs.push_back(plain_cost(game, sequence));
        const double own = *std::min_element(costs.begin(), costs.end());
        for (std::size_t s = 0; s < all.size(); ++s)
          greatest[s] = std::max(greatest[s], costs[s] - own);
        of_plan = std::max(of_plan, plain_cost(game, plan.sequence) - own);
      }
    }
    const double by_grid = *std::min_element(greatest.begin(), greatest.end());
    EXPECT_LE(plan.bound, plan.worst.regret() + 1e-8 * scale) << i;
    EXPECT_GE(plan.worst.regret(), by_grid - 1e-8 * scale) << i;
    settled += plan.settled ? 1U : 0U;
    tight += plan.worst.regret() <= plan.bound + 1e-4 * scale ? 1U : 0U;
    // A game that the search missed would show on the grid.
    above_grid += plan.worst.regret() >= of_plan - 1e-6 * scale ? 1U : 0U;
  }
  EXPECT_GE(settled, kCases - 2);
  EXPECT_GE(tight, kCases - 4);
  EXPECT_GE(above_grid, kCases - 2);
}

TEST(RegretPlan, of_a_box_without_ranges_is_the_best_sequence_and_regrets_nothing) {
  const Family family = random_family(71, 5);
  const std::vector<double> middle(4, 0.5);
  const GameBox box{0, [&](std::span<const double>) { return game_of(family, middle); }};
  RegretOptions options;
  options.depth = family.depth;
  const RegretPlan plan = least_regret(box, options);
  EXPECT_EQ(plan.worst.regret(), 0);
  EXPECT_EQ(plan.checked, 0U);
  for (const SharedDecision& decision : plan.decisions) EXPECT_EQ(decision.models.size(), 1U);
}

}  // namespace
}  // namespace turnout::game
