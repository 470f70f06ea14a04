#include "turnout/analysis/solve_answer.h"

#include <gtest/gtest.h>

#include "scenarios.h"
#include "turnout/analysis/population_answer.h"
#include "turnout/game/remedies.h"

namespace turnout::analysis {
namespace {

using turnout::testing::scenario_of;

const scenario::Scenario kCascade = scenario_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5});
const scenario::Scenario kStatic = scenario_of(20, 1, {0.5, 5, 1}, {0.8, 4, 2});
const scenario::Scenario kPatience = scenario_of(10, 100, {0.2, 1, 1}, {0.8, 9, 1.2});

TEST(SolveAnswer, has_the_numbers_of_the_engine) {
  for (const auto& scenario : {kCascade, kStatic, kPatience}) {
    const auto answer = solve_answer(scenario).value();
    const game::Game game = scenario::paper_game(scenario, "solve").value().game;
    const auto equilibrium = game::solve(game);
    EXPECT_EQ(answer.equilibrium.best().payoffs.provider_cost,
              equilibrium.best().payoffs.provider_cost);
    EXPECT_EQ(answer.misalignment.gap, game::misalignment(game, equilibrium).gap);
    EXPECT_EQ(answer.throttling.cost, game::throttling(game, equilibrium).cost);
    EXPECT_EQ(answer.penalty_floor, game::penalty_floor(game));
    EXPECT_EQ(answer.thresholds.stay, game::thresholds(game).stay);
    EXPECT_EQ(answer.assumptions, game::broken_assumptions(game));
    EXPECT_TRUE(answer.paper.notes.empty());
  }
}

TEST(SolveAnswer, deploys_a_policy_that_users_stay_for) {
  const auto answer = solve_answer(kCascade).value();  // s0 = 2/7
  EXPECT_EQ(answer.deployed.text, "cascade:mini,large,0.285715");
  EXPECT_EQ(answer.deployed.abandon, 0);
  EXPECT_EQ(answer.tie_reason, "user indifferent");
  const auto careful = solve_answer(kCascade, {0.1}).value();
  EXPECT_GT(careful.deployed.policy.cascade, 1.1 * 2 / 7);
  EXPECT_GT(careful.deployed.cost_of_rounding, answer.deployed.cost_of_rounding);
  const auto patient = solve_answer(kPatience, {0.1}).value();
  EXPECT_LT(patient.deployed.policy.cascade, 0.9 * *patient.thresholds.patience);
}

TEST(SolveAnswer, of_a_static_optimum_deploys_exactly_that) {
  const auto answer = solve_answer(kStatic).value();
  const auto& best = answer.equilibrium.best();
  EXPECT_EQ(answer.deployed.policy, best.policy);
  EXPECT_EQ(answer.deployed.payoffs.user_utility, best.payoffs.user_utility);
}

TEST(SolveAnswer, refuses_a_margin_that_is_none_and_a_game_that_is_not_the_papers) {
  for (const double margin : {-0.1, 1001.0}) {
    const auto refused = solve_answer(kCascade, {margin});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::kInvalidValue);
    EXPECT_NE(refused.error().to_string().find("--margin"), std::string::npos);
  }
  scenario::Scenario silent = kCascade;
  silent.commits = false;
  EXPECT_FALSE(solve_answer(silent));
}

TEST(SolveAnswer, says_what_it_leaves_out) {
  scenario::Scenario hard = kCascade;
  hard.difficulty = game::Difficulty{1, 0.5};
  const auto answer = solve_answer(hard).value();
  ASSERT_EQ(answer.paper.notes.size(), 1U);
  EXPECT_NE(answer.paper.notes[0].find("[difficulty] is left out"), std::string::npos);
}

scenario::Scenario two_kinds() {
  scenario::Scenario scenario = kCascade;
  scenario.segments = {{0.4, {8, 1}}, {0.6, {12, 1}}};
  return scenario;
}

TEST(PopulationAnswer, of_users_who_are_alike_is_that_of_one) {
  scenario::Scenario alike = kCascade;
  alike.segments = {{0.3, {10, 1}}, {0.7, {10, 1}}};
  const auto answer = population_answer(alike).value();
  const auto one = solve_answer(kCascade).value();
  EXPECT_NEAR(answer.best.mean.payoffs.provider_cost, one.equilibrium.best().payoffs.provider_cost,
              1e-6);
  EXPECT_EQ(answer.deployed.text, one.deployed.text);
  EXPECT_NEAR(answer.cost_if_told_apart, one.equilibrium.best().payoffs.provider_cost, 1e-12);
}

TEST(PopulationAnswer, deploys_a_policy_that_costs_what_the_optimum_does) {
  const auto answer = population_answer(two_kinds()).value();
  const double exact = answer.best.mean.payoffs.provider_cost;
  EXPECT_NEAR(answer.deployed.payoffs.provider_cost, exact, 1e-4 * exact);
  EXPECT_LE(answer.cost_if_told_apart, exact * (1 + 1e-7));
  EXPECT_LE(exact, answer.best_static_cost * (1 + 1e-7));
  double mean = 0;
  for (const auto& segment : answer.segments) mean += segment.share * segment.payoffs.provider_cost;
  EXPECT_NEAR(mean, answer.deployed.payoffs.provider_cost, 1e-12 * mean);
}

TEST(PopulationAnswer, stops_when_it_is_told_to) {
  const std::atomic<bool> stop = true;
  const auto stopped = population_answer(two_kinds(), {}, {{}, base::Cancellation(stop)});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::ErrorCode::kCancelled);
}

}  // namespace
}  // namespace turnout::analysis
