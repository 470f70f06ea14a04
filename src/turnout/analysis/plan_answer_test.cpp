#include "turnout/analysis/plan_answer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "turnout/scenario/scenario_types.h"

namespace turnout::analysis {
namespace {

constexpr const char* kTwoModels =
    "[user]\nvalue = 12\n[provider]\nchurn_penalty = 4\n"
    "[[model]]\nname = 'mini'\nsuccess = 0.45\nlatency = 3\ncost = 0.4\n"
    "[[model]]\nname = 'large'\nsuccess = 0.8\nlatency = 9\ncost = 2\n";
constexpr const char* kDifficulty = "[difficulty]\nsigma = 1.5\nfeedback = 0.2\n";

scenario::Scenario read(const std::string& text) {
  return *scenario::parse_scenario(text, "s.toml");
}

base::Watch out_of_time() {
  return {[](std::size_t) {}, base::Cancellation(base::Deadline(base::Deadline::Clock::now()))};
}

TEST(PlanAnswer, IsWhatComparePlansFindsAndTheFrontierBesideIt) {
  const auto scenario = read(kTwoModels);
  const auto answer = *plan_answer(scenario);
  const auto direct = game::compare_plans(scenario.game);
  EXPECT_EQ(answer.classes.plan.plan.payoffs.provider_cost, direct.plan.plan.payoffs.provider_cost);
  EXPECT_EQ(answer.classes.deterministic.certificate.nodes, direct.deterministic.certificate.nodes);
  EXPECT_EQ(answer.depth, std::nullopt);
  ASSERT_TRUE(answer.frontier);
  EXPECT_EQ(answer.frontier->size(), game::utility_frontier(scenario.game).size());
}

TEST(PlanAnswer, AnOfferGrowsUntilMoreAttemptsSaveNothingWhereFailuresAreInformative) {
  const auto scenario = read(std::string(kTwoModels) + kDifficulty);
  const auto answer = *plan_answer(scenario);
  ASSERT_TRUE(answer.depth);
  EXPECT_FALSE(answer.frontier);
  const double cost = answer.classes.plan.plan.payoffs.provider_cost;
  EXPECT_LE(*answer.endless_bound, cost);
  for (const std::size_t deeper : {*answer.depth + 3, *answer.depth + 5}) {
    const auto given = plan_answer(scenario, {deeper, {}});
    EXPECT_EQ(given->depth, deeper);
    EXPECT_GE(given->classes.plan.plan.payoffs.provider_cost, cost * (1 - 2 * kWorthwhile));
    EXPECT_GE(given->classes.plan.plan.payoffs.provider_cost, *answer.endless_bound - 1e-12);
  }
  EXPECT_EQ(plan_answer(scenario, {3, {}})->depth, 3);
}

// Failures that help the next attempt: with five attempts on offer 28 % is lost by its end.
TEST(PlanAnswer, SaysWhatTheEndOfAnOfferCosts) {
  const auto scenario = read(
      "[user]\nvalue = 20\n[provider]\nchurn_penalty = 12\n"
      "[difficulty]\nsigma = 1.5\nfeedback = 0.7\n"
      "[[model]]\nname = 'mini'\nsuccess = 0.3\nlatency = 1\ncost = 0.1\n"
      "[[model]]\nname = 'large'\nsuccess = 0.6\nlatency = 2\ncost = 0.5\n");
  const auto five = *plan_answer(scenario, {5, {}});
  const auto grown = *plan_answer(scenario);
  const double cost = five.classes.plan.plan.payoffs.provider_cost;
  EXPECT_GT(*grown.depth, 5U);
  EXPECT_LT(grown.classes.plan.plan.payoffs.provider_cost, 0.95 * cost);
  EXPECT_LT(*five.endless_bound, grown.classes.plan.plan.payoffs.provider_cost + 1e-12);
}

TEST(PlanAnswer, StaticIsEnoughWhereOneModelCostsLessAndSolvesMore) {
  const auto answer =
      *plan_answer(read("[user]\nvalue = 10\n[provider]\nchurn_penalty = 1\n"
                        "[[model]]\nname = 'good'\nsuccess = 0.9\nlatency = 1\ncost = 0.1\n"
                        "[[model]]\nname = 'bad'\nsuccess = 0.5\nlatency = 1\ncost = 1\n"));
  EXPECT_TRUE(answer.static_is_enough);
  EXPECT_FALSE(
      plan_answer(read("[user]\nvalue = 10\n[provider]\nchurn_penalty = 5\n"
                       "[[model]]\nname = 'mini'\nsuccess = 0.2\nlatency = 3\ncost = 0.1\n"
                       "[[model]]\nname = 'large'\nsuccess = 0.6\nlatency = 3.5\ncost = 2\n"))
          ->static_is_enough);
}

TEST(PlanAnswer, NamesTheOptionOrTheKeyThatIsNotForPlans) {
  const auto scenario = read(kTwoModels);
  const auto deep = plan_answer(scenario, {game::kDeepest + 1, {}});
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, base::ErrorCode::kInvalidValue);
  EXPECT_NE(deep.error().to_string().find("depth: 65 must be 1 to 64"), std::string::npos);
  EXPECT_FALSE(plan_answer(scenario, {{}, 0}));
  const auto policy_only =
      plan_answer(read("[user]\nvalue = 12\nknows = 'policy'\n"
                       "[provider]\nchurn_penalty = 4\n[[model]]\n"
                       "name = 'a'\nsuccess = 0.5\nlatency = 1\ncost = 1\n"));
  ASSERT_FALSE(policy_only);
  EXPECT_EQ(policy_only.error().code, base::ErrorCode::kUnsupported);
}

TEST(PlanAnswer, WhereATaskSuitsSomeModelsAnotherOneIsTriedEarlier) {
  auto scenario = read(std::string(kTwoModels) + "[difficulty]\nsigma = 1.5\n");
  const auto first_switch = [&](double sigma, double tau) {
    scenario.difficulty = game::Difficulty{sigma, 0, tau};
    const auto answer = *plan_answer(scenario, {8, {}});
    const auto& attempts = answer.classes.plan.plan.attempts;
    std::size_t at = 1;
    while (at < attempts.size() && attempts[at].models[0].first == attempts[0].models[0].first)
      ++at;
    return at;
  };
  // The same spread of each model's logits, so that first tries and retries are as before.
  EXPECT_LT(first_switch(0.5, std::sqrt(2.0)), first_switch(1.5, 0));
}

TEST(PlanAnswer, OffersAreShorterWhereEverySetOfAttemptsCountsForItself) {
  const auto scenario =
      read(std::string(kTwoModels) + "[difficulty]\nsigma = 1\ntau = 1\nfeedback = 0.3\n");
  const auto deep = plan_answer(scenario, {16, {}});
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().to_string().find("depth: 16 must be 1 to 15"), std::string::npos)
      << deep.error().to_string();
  EXPECT_LE(*plan_answer(scenario)->depth, 15U);
}

TEST(PlanAnswer, EndsAtADeadlineInEachOfItsSearches) {
  for (const std::string& text : {std::string(kTwoModels), std::string(kTwoModels) + kDifficulty}) {
    const auto answer = plan_answer(read(text), {}, out_of_time());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, base::ErrorCode::kCancelled);
  }
}

TEST(PlanAnswer, NotesThatNumbersWithIntervalsAreTakenAtTheirMeans) {
  std::string text = kTwoModels;
  text.replace(text.find("0.45"), 4, "{ mean = 0.45, lo = 0.4, hi = 0.5 }");
  const auto answer = *plan_answer(read(text));
  ASSERT_EQ(answer.notes.size(), 1U);
  EXPECT_TRUE(answer.scenario.uncertain.empty());
}

}  // namespace
}  // namespace turnout::analysis
