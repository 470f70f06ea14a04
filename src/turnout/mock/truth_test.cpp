#include "turnout/mock/truth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "scenarios.h"

namespace turnout::mock {
namespace {

scenario::Scenario two_models() { return testing::scenario_of(10, 5, {0.3, 1, 1}, {0.8, 2, 2}); }

/// Binomial: 4.5 standard errors, exceeded once in 150,000 right programs.
double allowed(double share, double trials) {
  return 4.5 * std::sqrt(share * (1 - share) / trials);
}

TEST(Truth, models_solve_the_share_of_tasks_that_the_scenario_says) {
  auto scenario = two_models();
  for (const double sigma : {0.0, 1.5}) {
    for (const double tau : {0.0, 1.0}) {
      scenario.difficulty = game::Difficulty{sigma, 0, tau};
      const Truth truth(scenario, 7);
      constexpr int kTasks = 20'000;
      for (const std::size_t k : {0U, 1U}) {
        const double p = scenario.game.model(k).success;
        int solved = 0;
        for (int i = 0; i < kTasks; ++i) {
          const std::string task = std::to_string(i);
          solved += truth.solves({task, k}) ? 1 : 0;
        }
        EXPECT_NEAR(static_cast<double>(solved) / kTasks, p, allowed(p, kTasks)) << sigma << tau;
      }
    }
  }
}

TEST(Truth, a_failure_tells_of_hard_tasks_and_of_nothing_where_all_are_alike) {
  auto scenario = two_models();
  const auto second_try = [&](double sigma) {
    scenario.difficulty = game::Difficulty{sigma, 0, 0};
    const Truth truth(scenario, 3);
    int failed = 0;
    int solved = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::string task = std::to_string(i);
      if (truth.solves({task, 1})) continue;
      ++failed;
      solved += truth.solves({task, 1, 1, 1}) ? 1 : 0;
    }
    return static_cast<double>(solved) / failed;
  };
  EXPECT_NEAR(second_try(0), 0.8, allowed(0.8, 4'000));
  EXPECT_LT(second_try(1.5), 0.7);
}

TEST(Truth, the_same_try_ends_the_same_and_another_seed_is_another_world) {
  const auto scenario = two_models();
  const Truth one(scenario, 1);
  const Truth same(scenario, 1);
  const Truth other(scenario, 2);
  int differ = 0;
  for (std::size_t n = 0; n < 200; ++n) {
    const Try made{"a", 0, n, n};
    EXPECT_EQ(one.solves(made), same.solves(made));
    EXPECT_EQ(one.luck(made, 1, 1).latency, same.luck(made, 1, 1).latency);
    differ += one.solves(made) != other.solves(made) ? 1 : 0;
  }
  EXPECT_GT(differ, 40);
}

TEST(Truth, recorded_outcomes_are_what_models_do) {
  auto scenario = two_models();
  scenario.outcomes =
      outcomes::OutcomeTable{{"mini", "large"}, {"a", "b"}, {{0, 1}, {1, 1}}, {}, {}};
  const Truth truth(scenario, 1);
  EXPECT_FALSE(truth.solves({"a", 0}));
  EXPECT_FALSE(truth.solves({"a", 0, 5, 9}));
  EXPECT_TRUE(truth.solves({"a", 1}));
  EXPECT_TRUE(truth.solves({"b", 0}));
  // Other names draw a row each.
  int solved = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::string task = "task" + std::to_string(i);
    solved += truth.solves({task, 0}) ? 1 : 0;
  }
  EXPECT_NEAR(solved / 2'000.0, 0.5, allowed(0.5, 2'000));
}

TEST(Truth, lengths_vary_about_their_mean) {
  const auto scenario = two_models();
  const Truth truth(scenario, 5);
  double sum = 0;
  double least = 1;
  constexpr int kTries = 20'000;
  for (std::size_t n = 0; n < kTries; ++n) {
    const Luck luck = truth.luck({"a", 0, n, n}, 0.5, 0);
    EXPECT_EQ(luck.tokens, 1);
    sum += luck.latency;
    least = std::min(least, luck.latency);
  }
  EXPECT_NEAR(sum / kTries, 1, 4.5 * std::sqrt((std::exp(0.25) - 1) / kTries));
  EXPECT_LT(least, 0.5);
}

}  // namespace
}  // namespace turnout::mock
