#include "turnout/simulation/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "turnout/base/rng.h"
#include "turnout/game/belief_plan.h"
#include "turnout/simulation/counted_sequences.h"
#include "turnout/simulation/replay_survey.h"
#include "turnout/simulation/score_threshold.h"

namespace turnout::simulation {
namespace {

game::RoutingGame two_models(double value = 10, double penalty = 5) {
  return game::RoutingGame::make({value, 1}, {penalty}, {{0.5, 1, 0.1}, {0.8, 3, 1}}).value();
}

Recorded random_outcomes(std::size_t tasks, std::uint64_t seed) {
  base::Rng rng(seed);
  Recorded recorded;
  for (std::size_t i = 0; i < tasks; ++i) {
    const double ease = rng.uniform();
    recorded.rate.push_back({ease * ease, std::sqrt(ease)});
    recorded.score.push_back(1 - ease);
  }
  return recorded;
}

TEST(Replay, a_sequence_fares_as_the_solver_says_of_the_same_tasks) {
  const Recorded recorded = random_outcomes(40, 1);
  const auto game = two_models();
  const std::vector<std::size_t> sequence = {0, 0, 1, 1};
  const Fared fared = fare(game, serve_sequence(game, recorded, sequence));
  const auto play = game::play_sequence(game, game::TaskTypes::empirical(recorded.rate), sequence);
  EXPECT_EQ(fared.attempts, play.attempts);
  EXPECT_NEAR(fared.provider_cost, play.payoffs.provider_cost, 1e-12);
  EXPECT_NEAR(fared.user_utility, play.payoffs.user_utility, 1e-12);
  EXPECT_NEAR(fared.success, play.payoffs.success, 1e-12);
}

TEST(Replay, the_papers_cascade_fares_as_when_simulated_task_by_task) {
  const Recorded recorded = random_outcomes(30, 2);
  const auto game = two_models();
  game::PaperPolicy policy;
  policy.second = 1;
  policy.policy = {0, 0.3};
  const Fared fared = fare(game, serve_paper(game, recorded, policy, 4));
  base::Rng rng(3);
  double cost = 0;
  constexpr int kRounds = 200'000;
  for (int i = 0; i < kRounds; ++i) {
    const auto& rate = recorded.rate[rng.next() % recorded.tasks()];
    std::size_t k = 0;
    bool solved = false;
    for (std::size_t j = 0; j < fared.attempts && !solved; ++j) {
      cost += game.pass(k).service;
      solved = rng.uniform() < rate[k];
      if (k == 0 && rng.uniform() < 0.3) k = 1;
    }
    cost += solved ? 0 : game.churn_penalty();
  }
  EXPECT_NEAR(fared.provider_cost, cost / kRounds, 0.03);
}

TEST(Replay, a_perfect_judge_solves_what_any_model_solves) {
  const Recorded recorded{{{0, 1}, {1, 0}, {0, 0}}, {}, {}};
  const auto game = two_models();
  const Fared fared = fare(game, serve_judged_cascade(game, recorded, 1));
  EXPECT_NEAR(fared.success, 2.0 / 3, 1e-15);
  EXPECT_NEAR(fared.provider_cost, (1.1 + 0.1 + 1.1 + 5) / 3, 1e-12);
}

TEST(Replay, a_threshold_sends_hard_looking_tasks_to_the_dear_model) {
  const Recorded recorded{{{1, 1}, {0, 1}}, {0.1, 0.9}, {}};
  const auto game = two_models();
  EXPECT_NEAR(fare(game, serve_threshold(game, recorded, 0.5, 1)).provider_cost, (0.1 + 1) / 2,
              1e-15);
  EXPECT_NEAR(fare(game, serve_threshold(game, recorded, 2, 1)).provider_cost, (0.1 + 0.1 + 5) / 2,
              1e-15);
}

/// Tasks of known difficulty with some trials each.
Recorded random_trials(std::size_t tasks, std::size_t trials, std::uint64_t seed) {
  base::Rng rng(seed);
  Recorded recorded = random_outcomes(tasks, seed);
  for (auto& row : recorded.rate) {
    for (double& rate : row) {
      std::size_t solved = 0;
      for (std::size_t i = 0; i < trials; ++i) solved += rng.uniform() < rate ? 1U : 0U;
      rate = static_cast<double>(solved) / static_cast<double>(trials);
    }
    recorded.trials.emplace_back(row.size(), static_cast<double>(trials));
  }
  return recorded;
}

TEST(Replay, attempts_are_trials_without_replacement_which_estimates_their_failures_without_bias) {
  constexpr double kSuccess = 0.3;
  constexpr std::size_t kTrials = 6;
  const auto choose = [](std::size_t n, std::size_t m) {
    double ways = 1;
    for (std::size_t i = 0; i < m; ++i)
      ways *= static_cast<double>(n - i) / static_cast<double>(i + 1);
    return ways;
  };
  std::vector<double> mean(kTrials + 1, 0);
  for (std::size_t solved = 0; solved <= kTrials; ++solved) {
    const Recorded one{{{static_cast<double>(solved) / kTrials}}, {}, {{kTrials}}};
    const double likely = choose(kTrials, solved) * std::pow(kSuccess, solved) *
                          std::pow(1 - kSuccess, kTrials - solved);
    double all_fail = 1;
    for (std::size_t m = 0; m <= kTrials; ++m) {
      const bool can = m <= kTrials - solved;
      const double counted = can ? choose(kTrials - solved, m) / choose(kTrials, m) : 0;
      EXPECT_NEAR(all_fail, counted, 1e-14) << solved << " " << m;
      mean[m] += likely * all_fail;
      all_fail *= 1 - one.success(0, 0, m);
    }
  }
  for (std::size_t m = 0; m <= kTrials; ++m)
    EXPECT_NEAR(mean[m], std::pow(1 - kSuccess, m), 1e-14) << m;
}

TEST(Replay, the_papers_cascade_on_trials_fares_as_when_they_are_drawn_one_by_one) {
  const Recorded recorded = random_trials(20, 3, 8);
  const auto game = two_models();
  game::PaperPolicy policy;
  policy.second = 1;
  policy.policy = {0, 0.4};
  const Fared fared = fare(game, serve_paper(game, recorded, policy, 4));
  base::Rng rng(9);
  double cost = 0;
  constexpr int kRounds = 200'000;
  for (int i = 0; i < kRounds; ++i) {
    const std::size_t task = rng.next() % recorded.tasks();
    std::vector<std::size_t> failed(2, 0);
    std::size_t k = 0;
    bool solved = false;
    for (std::size_t j = 0; j < fared.attempts && !solved; ++j) {
      cost += game.pass(k).net_cost;
      solved = rng.uniform() < recorded.success(task, k, failed[k]);
      ++failed[k];
      if (k == 0 && rng.uniform() < 0.4) k = 1;
    }
    cost += solved ? 0 : game.churn_penalty();
  }
  EXPECT_NEAR(fared.provider_cost, cost / kRounds, 0.03);
}

TEST(Replay, random_models_on_trials_solve_what_sequences_do_on_average) {
  const Recorded recorded = random_trials(15, 3, 10);
  const auto game = two_models(1e6, 5);  // a user who stays while anything is to be gained
  constexpr unsigned kSequences = 16;
  double solved = 0;
  for (unsigned bits = 0; bits < kSequences; ++bits) {
    const std::vector<std::size_t> sequence = {bits & 1U, (bits >> 1U) & 1U, (bits >> 2U) & 1U,
                                               (bits >> 3U) & 1U};
    solved += fare(game, serve_sequence(game, recorded, sequence)).success / kSequences;
  }
  EXPECT_NEAR(fare(game, serve_random(game, recorded, 4)).success, solved, 1e-12);
}

TEST(CountedSequences, are_the_cheapest_of_all_played_task_by_task) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Recorded recorded = random_trials(30, 1 + seed % 6, seed);
    const auto game = two_models(1 + static_cast<double>(seed % 7), static_cast<double>(seed % 5));
    double least = 1e9;
    for (unsigned bits = 0; bits < 16; ++bits) {
      const std::vector<std::size_t> sequence = {bits & 1U, (bits >> 1U) & 1U, (bits >> 2U) & 1U,
                                                 (bits >> 3U) & 1U};
      least = std::min(least, fare(game, serve_sequence(game, recorded, sequence)).provider_cost);
    }
    const auto found = cheapest_sequences(game, alike(recorded), {}, 4);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->best.cost, least, 1e-12) << seed;
    EXPECT_NEAR(fare(game, serve_sequence(game, recorded, found->best.models)).provider_cost, least,
                1e-12)
        << seed;
    EXPECT_EQ(found->robust.models, found->best.models);
  }
  EXPECT_FALSE(cheapest_sequences(two_models(), alike(random_outcomes(3, 1)), {}, 13));
}

TEST(CountedSequences, resampled_shares_have_twice_the_variance_of_a_resample) {
  const AlikeTasks tasks = alike(Recorded{{{0}, {0}, {0}, {1}}, {}, {}});
  ASSERT_EQ(tasks.share, (std::vector<double>{0.75, 0.25}));
  constexpr std::size_t kResamples = 20'000;
  double mean = 0;
  double square = 0;
  for (const auto& shares : resampled_shares(tasks, 40, kResamples, 1)) {
    EXPECT_NEAR(shares[0] + shares[1], 1, 1e-15);
    mean += shares[1] / kResamples;
    square += shares[1] * shares[1] / kResamples;
  }
  EXPECT_NEAR(mean, 0.25, 0.003);
  EXPECT_NEAR(square - mean * mean, 2 * 0.25 * 0.75 / 40, 0.0006);
}

TEST(ScoreThreshold, costs_no_more_than_any_that_is_tried_task_by_task) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Recorded recorded = random_trials(60, 2, seed);
    for (double& score : recorded.score) score = std::round(20 * score);  // with ties
    const auto game = two_models(1 + static_cast<double>(seed % 7), static_cast<double>(seed % 5));
    const auto cost = [&](double threshold) {
      return fare(game, serve_threshold(game, recorded, threshold, 3)).provider_cost;
    };
    double least = cost(std::numeric_limits<double>::infinity());
    for (const double score : recorded.score) least = std::min(least, cost(score));
    EXPECT_NEAR(cost(best_threshold(game, recorded, 3)), least, 1e-12) << seed;
  }
}

TEST(Replay, is_reproducible_and_predicts_well_where_halves_are_alike) {
  const Recorded recorded = random_outcomes(2000, 4);
  ReplayOptions options;
  options.splits = 3;
  options.bootstrap = 200;
  const Replay one = replay(two_models(), {"mini", "large"}, recorded, options);
  const Replay two = replay(two_models(), {"mini", "large"}, recorded, options);
  ASSERT_EQ(one.rows.size(), 9U);
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_EQ(one.rows[i].realised.value, two.rows[i].realised.value);
    EXPECT_LE(one.rows[i].realised.low, one.rows[i].realised.value);
    EXPECT_GE(one.rows[i].realised.high, one.rows[i].realised.value);
    // (i,s) and judged cascades are outside the class that hindsight chooses from.
    if (one.rows[i].policy != "cascade with a perfect judge" &&
        one.rows[i].policy != "threshold on the score") {
      EXPECT_GE(one.rows[i].regret, -1e-9) << one.rows[i].policy;
    }
  }
  EXPECT_EQ(one.rows[0].policy, "Turnout plan");
  EXPECT_LT(one.rows[0].prediction_error, 0.06);
  EXPECT_LT(one.rows[0].regret, 0.01);
  EXPECT_FALSE(one.one_trial);
}

TEST(ReplaySurvey, the_robust_plan_regrets_less_on_halves_of_few_tasks) {
  const Survey result = survey(random_outcomes(120, 6), 300, {});
  EXPECT_EQ(result.rows[0].policy, "Turnout plan");
  EXPECT_EQ(result.rows[1].policy, "Turnout robust plan");
  EXPECT_LT(result.rows[1].regret_mean, result.rows[0].regret_mean);
  EXPECT_GT(result.games_with_retries, 0U);
  EXPECT_LT(result.games_with_retries, 300U);
  EXPECT_EQ(result.rows_with_retries[0].policy, "Turnout plan");
  // The other games are easily foreseen.
  EXPECT_GT(result.rows_with_retries[1].error_p90, result.rows[1].error_p90);
}

TEST(ReplaySurvey, the_plan_that_knows_of_hard_tasks_predicts_better_than_the_papers_formula) {
  ReplayOptions options;
  const Survey result = survey(random_outcomes(350, 5), 60, options);
  ASSERT_EQ(result.games, 60U);
  const auto row = [&](const std::string& policy) {
    return *std::find_if(result.rows.begin(), result.rows.end(),
                         [&](const SurveyRow& r) { return r.policy == policy; });
  };
  EXPECT_LT(row("Turnout plan").error_median, row("paper's policy").error_median);
  EXPECT_LT(row("Turnout plan").regret_mean, row("paper's policy").regret_mean);
}

}  // namespace
}  // namespace turnout::simulation
