// What advice rests on: what a policy comes to in a world, draws from a density, the choice among
// sequences and how far it may be off, each against another way to the same number.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/estimation/choice_limits.h"
#include "turnout/estimation/log_model.h"
#include "turnout/estimation/world_play.h"
#include "turnout/game/population_plan.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/tempering.h"

namespace turnout::estimation {
namespace {

LogWorld random_world(base::Rng& rng, std::size_t models) {
  LogWorld w;
  for (std::size_t k = 0; k < models; ++k) {
    w.skills.push_back(rng.uniform(-1.5, 1.5));
    w.patience.push_back(rng.uniform(0.7, 1));
    w.latencies.push_back(rng.uniform(1, 20));
    w.costs.push_back(rng.uniform(0.001, 0.1));
  }
  w.sigma = rng.uniform() < 0.5 ? 0 : rng.uniform(0, 2);
  w.feedback = rng.uniform(-0.3, 0.5);
  w.log_value = std::log(rng.uniform(5, 100));
  w.value_sigma = rng.uniform(0.3, 1);
  return w;
}

/// The same world as the game has it, with users of as many values as it takes.
game::PopulationPlay played_by_the_game(const LogWorld& w, const Sequence& sequence) {
  constexpr int kUsers = 800;
  std::vector<game::Model> models;
  std::vector<double> rates;
  for (std::size_t k = 0; k < w.skills.size(); ++k) {
    rates.push_back(first_try(w, k));
    game::Model model{rates.back(), w.latencies[k], w.costs[k]};
    model.patience = w.patience[k];
    models.push_back(model);
  }
  std::vector<game::Segment> segments;
  for (int i = 0; i < kUsers; ++i) {
    const double z = numeric::normal_quantile((i + 0.5) / kUsers);
    segments.push_back({1.0 / kUsers, {std::exp(w.log_value + w.value_sigma * z), 1}});
  }
  const auto game =
      game::RoutingGame::make(segments[0].user, {1}, models, game::Switching{}, false);
  const auto types = game::TaskTypes::rasch(rates, {w.sigma, w.feedback}, kMostFollowed);
  std::vector<std::size_t> attempts(kMostFollowed, sequence.back());
  std::copy(sequence.begin(), sequence.end(), attempts.begin());
  return game::play_sequence_for_all(*game, segments, types, attempts);
}

/// A log in which nobody says how a task ended, nor asks twice.
LogStatistics silent_log(std::int64_t first_last, std::int64_t second_last) {
  LogStatistics statistics;
  const auto silent = static_cast<std::size_t>(TaskEnd::kSilent);
  for (const auto& [name, last] : {std::pair("first", first_last), {"second", second_last}}) {
    PathCounts counts;
    counts.fates.silent = 1000;
    counts.returns.tasks.at(silent) = 1000;
    counts.returns.last.at(silent) = last;
    statistics.paths.emplace(PathKey{"", {name}, false}, counts);
  }
  return statistics;
}

TEST(Advice, users_who_never_come_back_tell_which_model_fails) {
  LogWorld world;
  world.skills = {2, -2};
  world.patience = {0, 0};  // whoever fails leaves
  world.latencies = world.costs = {1, 1};
  world.leaves_solved = 0.02;
  world.leaves_unsolved = 0.2;
  LogWorld turned = world;
  turned.skills = {-2, 2};
  const LogModel second_is_left(silent_log(40, 180));
  const LogModel first_is_left(silent_log(180, 40));
  EXPECT_GT(second_is_left.log_likelihood(world), second_is_left.log_likelihood(turned) + 100);
  EXPECT_GT(first_is_left.log_likelihood(turned), first_is_left.log_likelihood(world) + 100);
}

TEST(Advice, plays_sequences_as_the_game_does_for_users_of_many_values) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    base::Rng rng(seed);
    const std::size_t models = 2 + seed % 3;
    const LogWorld world = random_world(rng, models);
    Sequence sequence;
    for (std::size_t i = 0; i <= seed % 4; ++i)
      sequence.push_back(static_cast<std::size_t>(rng.uniform() * static_cast<double>(models)));
    const auto ours = SequencePlayer(world).play(sequence);
    const auto theirs = played_by_the_game(world, sequence).mean;
    // One of 800 users may be counted on the other side of a threshold at each attempt.
    EXPECT_NEAR(ours.success, theirs.success, 3e-3) << "seed " << seed;
    EXPECT_NEAR(ours.cost, theirs.service_cost, 5e-3 * theirs.service_cost) << "seed " << seed;
    EXPECT_NEAR(ours.latency, theirs.latency, 5e-3 * theirs.latency) << "seed " << seed;
  }
}

double flat(std::span<const double> /*x*/) { return 0; }

TEST(Advice, draws_have_the_moments_and_both_summits_of_a_density) {
  // Two normals, at -4 and 4, of weights 0.3 and 0.7, times a narrow one at twice the first number.
  const auto summits = [](std::span<const double> x) {
    const double left = std::log(0.3) - (x[0] + 4) * (x[0] + 4) / 2;
    const double right = std::log(0.7) - (x[0] - 4) * (x[0] - 4) / 2;
    const double off = (x[1] - 2 * x[0]) / 0.1;
    return std::max(left, right) + std::log1p(std::exp(-std::abs(left - right))) - off * off / 2;
  };
  const auto drawn = numeric::temper({flat, summits}, {-4, -8}, {1, 1}, {5000, 4000, 20, 3});
  double right = 0;
  double mean = 0;
  double off = 0;
  for (const auto& x : drawn) {
    right += x[0] > 0 ? 1 : 0;
    mean += x[0];
    off += (x[1] - 2 * x[0]) * (x[1] - 2 * x[0]);
  }
  const auto n = static_cast<double>(drawn.size());
  EXPECT_EQ(n, 4000);
  EXPECT_NEAR(right / n, 0.7, 0.06);
  EXPECT_NEAR(mean / n, 1.6, 0.5);
  EXPECT_NEAR(std::sqrt(off / n), 0.1, 0.01);
}

TEST(Advice, draws_find_a_narrow_summit_that_is_far_within_the_prior) {
  // In eight dimensions, a prior N(0, 1) and a likelihood of two normals: a wide one where draws begin
  // and a narrow one that has as much of the posterior. Chains that see a power of the prior too
  // wander off beyond it, and find the other once in a hundred draws.
  constexpr double kWide = 0.2;
  constexpr double kNarrow = 0.1;
  const auto prior = [](std::span<const double> x) {
    double sum = 0;
    for (const double one : x) sum -= one * one / 2;
    return sum;
  };
  const auto ln_normal = [](std::span<const double> x, double middle, double sd) {
    double sum = 0;
    for (const double one : x)
      sum -= (one - middle) * (one - middle) / (2 * sd * sd) + std::log(sd);
    return sum;
  };
  const auto summits = [&](std::span<const double> x) {
    const double wide = ln_normal(x, 1, kWide);
    const double narrow = ln_normal(x, -1, kNarrow);
    return std::max(wide, narrow) + std::log1p(std::exp(-std::abs(wide - narrow)));
  };
  const auto drawn = numeric::temper({prior, summits}, std::vector<double>(8, 1),
                                     std::vector<double>(8, 0.2), {4000, 4000, 20, 3});
  double narrow = 0;
  for (const auto& x : drawn) narrow += x[0] < 0 ? 1 : 0;
  EXPECT_NEAR(narrow / 4000, 0.5, 0.3);
}

/// Two sequences of which the second costs `dearer` more in one half of the draws and as much less in
/// the other.
PlayedSequences undecided(std::size_t draws, double dearer) {
  PlayedSequences played{{{0}, {1}}, {{}, {}}};
  for (std::size_t d = 0; d < draws; ++d) {
    played.plays[0].push_back({1, 0.9, 0});
    played.plays[1].push_back({d % 2 == 0 ? 1 + dearer : 1 - dearer, 0.9, 0});
  }
  return played;
}

TEST(Advice, draws_are_of_runs_that_know_nothing_of_each_other) {
  const auto normal = [](std::span<const double> x) { return -x[0] * x[0] / 2; };
  const auto drawn = [&](std::size_t draws, std::size_t runs) {
    return numeric::temper({flat, normal}, {30}, {1}, {0, draws, 1, 7, runs});
  };
  const auto one = drawn(200, 1);
  const auto four = drawn(800, 4);
  ASSERT_EQ(four.size(), 800U);
  EXPECT_TRUE(std::equal(one.begin(), one.end(), four.begin()))
      << "the first run is one of its own";
  for (std::size_t run = 0; run < 4; ++run) {
    EXPECT_GT(four[200 * run][0], 20) << "without a warm-up each begins at the start";
    EXPECT_LT(four[200 * run + 199][0], 10) << "and has left it";
  }
  EXPECT_NE(four[200], four[0]);
}

TEST(Advice, chooses_the_least_mean_and_says_what_knowing_would_save) {
  const auto played = undecided(1000, 0.2);
  const std::vector<double> penalties(1000, 2);
  const auto choice = choose_sequence(played, penalties);
  EXPECT_EQ(choice.best, 0U);  // as good as the other
  EXPECT_NEAR(choice.mean_cost, 1.2, 1e-12);
  EXPECT_NEAR(choice.mean_regret, 0.1, 1e-12);
  EXPECT_EQ(choice.chance_of_regret, 0.5) << "the other one costs 1 or 1.4 instead of 1.2";
  EXPECT_EQ(choose_sequence(undecided(1000, 0.05), penalties).chance_of_regret, 0)
      << "less than a tenth is not notable";
  std::vector<double> decides;
  std::vector<double> says_nothing;
  for (std::size_t d = 0; d < 1000; ++d) {
    decides.push_back(d % 2 == 0 ? 1 : 0);
    says_nothing.push_back(static_cast<double>(d / 2));
  }
  // What decides is worth all the regret, within what noise gives; what does not is worth nothing.
  EXPECT_NEAR(worth_of_knowing(played, penalties, decides), 0.1, 0.015);
  EXPECT_LT(worth_of_knowing(played, penalties, says_nothing), 0.001);
}

TEST(Advice, finds_the_cost_at_which_the_other_model_is_as_cheap) {
  // Users who always leave after a failure, so that J_k = c_k + P (1 - p_k).
  LogWorld world;
  world.skills = {0, std::log(4.0)};
  world.patience = {0, 0};
  world.latencies = {1, 1};
  world.costs = {0.1, 0.3};
  world.log_value = 5;
  LogPosterior posterior;
  posterior.draws.assign(100, world);
  const std::vector<double> penalties(100, 1);
  const auto played = play_sequences(posterior, penalties);
  const auto choice = choose_sequence(played, penalties);
  EXPECT_EQ(played.tried[choice.best], Sequence{1});  // 0.5 against 0.6
  EXPECT_NEAR(choice.mean_cost, 0.5, 1e-9);
  std::size_t found = 0;
  for (const auto& limit : choice_limits(posterior, played, penalties, choice.best)) {
    if (limit.assumption.quantity != Quantity::kCost || limit.assumption.model != 1) continue;
    ++found;
    // 0.6 < (c + 0.2) (1 - 0.01)
    ASSERT_TRUE(limit.flips_at.has_value());
    EXPECT_NEAR(*limit.flips_at, 0.6 / 0.99 - 0.2, 0.005);
    EXPECT_EQ(limit.then.front(), 0U);
    EXPECT_NEAR(limit.value, 0.3, 1e-12);
  }
  EXPECT_EQ(found, 1U);
}

}  // namespace
}  // namespace turnout::estimation
