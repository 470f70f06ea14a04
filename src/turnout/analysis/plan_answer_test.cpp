#include "turnout/analysis/plan_answer.h"

#include <gtest/gtest.h>

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

TEST(PlanAnswer, TakesFiveAttemptsWhereFailuresAreInformativeAndNoDepthIsGiven) {
  const auto scenario = read(std::string(kTwoModels) + kDifficulty);
  const auto answer = *plan_answer(scenario);
  EXPECT_EQ(answer.depth, kUsualDepth);
  EXPECT_FALSE(answer.frontier);
  const auto direct =
      game::compare_plans(scenario.game, scenario::task_types(scenario, kUsualDepth), kUsualDepth);
  EXPECT_EQ(answer.classes.plan.plan.payoffs.provider_cost, direct.plan.plan.payoffs.provider_cost);
  EXPECT_EQ(plan_answer(scenario, {3, {}})->depth, 3);
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
