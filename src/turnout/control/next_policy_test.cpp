#include "turnout/control/next_policy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "turnout/base/temporary_files.h"
#include "turnout/simulation/agents.h"
#include "turnout/store/pass_store.h"

namespace turnout::control {
namespace {

const std::vector<std::string> kModels = {"mini", "large"};

constexpr double kPenalty = 0.5;

/// Users of two models, one of them ten times cheaper and not much worse.
simulation::Setting setting_of(const std::string& policy) {
  auto game = game::RoutingGame::make({60, 1}, {kPenalty}, {{0.6, 3, 0.01}, {0.8, 9, 0.1}}).value();
  simulation::Setting setting{game, kModels, {0.6, 0}, {}, {}, {}};
  setting.policies = {policy::Policy::parse(policy, kModels).value()};
  setting.behaviour.patience = 0.9;
  setting.behaviour.value_sigma = 0.5;
  setting.behaviour.feedback_solved = setting.behaviour.feedback_left = 0.1;
  return setting;
}

/// J of a policy, by users who are played one after the other.
double cost_of(const std::string& policy) {
  return simulation::Agents(setting_of(policy)).play(50'000, 9).provider_cost.mean();
}

/// A store with the log of simulated users under a policy; it goes with its folder.
class Log {
 public:
  Log(const std::string& policy, std::uint64_t tasks) {
    std::vector<traffic::Pass> passes;
    simulation::Agents(setting_of(policy)).write_log(tasks, 3, [&](const traffic::Pass& pass) {
      passes.push_back(pass);
      passes.back().policy_id = "p-1";
      return true;
    });
    auto opened = store::open_store(source(), store::Access::kCreate).value();
    EXPECT_TRUE(opened->put(passes).has_value());
  }
  [[nodiscard]] std::string source() const { return "sqlite:" + folder_.path() + "/log.db"; }

 private:
  base::TemporaryPath folder_ = base::temporary_folder().value();
};

Step step_of(const Log& log, const std::string& in_force, const GuardRails& rails = {},
             double penalty = kPenalty) {
  Evidence evidence;
  evidence.source = log.source();
  evidence.penalty = penalty;
  evidence.draws = 150;
  return next_policy(evidence, kModels, in_force, rails).value();
}

std::string all(const std::vector<std::string>& sentences) {
  std::string text;
  for (const auto& sentence : sentences) text += sentence + "\n";
  return text;
}

TEST(NextPolicy, few_tasks_change_nothing) {
  const auto step = step_of(Log("large", 25), "large");
  EXPECT_FALSE(step.changes);
  EXPECT_EQ(step.policy, "large");
  EXPECT_NE(all(step.reasons).find("30 are the least"), std::string::npos) << all(step.reasons);
}

TEST(NextPolicy, a_model_that_has_not_served_is_explored) {
  const Log log("large", 2000);
  const auto step = step_of(log, "large");
  EXPECT_EQ(step.policy, "explore:0.3/large") << all(step.reasons);
  EXPECT_NE(all(step.reasons).find("mini has served fewer than 8 passes"), std::string::npos);
  EXPECT_FALSE(step_of(log, "explore:0.3/large").changes);
  GuardRails none;
  none.most_explored = 0;
  EXPECT_FALSE(step_of(log, "large", none).changes);
}

TEST(NextPolicy, a_sequence_is_found_that_costs_hardly_more_than_the_best) {
  const Log log("explore:0.2/large", 8'000);
  GuardRails free;
  free.largest_step = 1e9;
  const auto step = step_of(log, "explore:0.2/large", free);
  ASSERT_TRUE(step.changes) << all(step.reasons);
  EXPECT_TRUE(step.rails.empty()) << all(step.rails);
  double least = cost_of("large");
  EXPECT_LT(cost_of(step.policy), 0.5 * least);
  for (const char* other : {"mini", "mini,large", "mini,mini,large", "mini,mini,mini,large"})
    least = std::min(least, cost_of(other));
  EXPECT_LE(cost_of(step.policy), 1.03 * least) << step.policy;
  ASSERT_TRUE(step.advice);
  EXPECT_GT(step.advice->saving.low, 0);
}

TEST(NextPolicy, a_large_step_and_a_low_success_take_a_person) {
  const Log log("explore:0.2/large", 8'000);
  GuardRails rails;
  rails.least_success = 0.999;
  const auto step = step_of(log, "explore:0.2/large", rails);
  EXPECT_TRUE(step.changes);
  EXPECT_NE(all(step.rails).find("by more than 50 %"), std::string::npos) << all(step.rails);
  EXPECT_NE(all(step.rails).find("may solve only"), std::string::npos) << all(step.rails);
}

TEST(NextPolicy, what_is_best_already_stays_and_is_explored_no_more_than_it_is_worth) {
  const Log log("explore:0.2/mini,large", 8'000);
  GuardRails rails;
  const auto step = step_of(log, "explore:0.2/mini,large", rails);
  ASSERT_TRUE(step.advice);
  EXPECT_LE(step.advice->exploring_costs, step.advice->saving.value);
  EXPECT_LT(cost_of(step.policy), cost_of("explore:0.2/" + step.advice->policy));
  const auto again = step_of(log, step.policy);
  EXPECT_FALSE(again.changes) << again.policy << "\n" << all(again.reasons);
  rails.most_explored = 0;
  EXPECT_EQ(step_of(log, "large", rails).policy, step.advice->policy) << "nothing is explored";
}

TEST(NextPolicy, exploring_costs_at_most_half_of_what_knowing_everything_would_save) {
  const Log log("explore:1/large", 60);
  const auto half = [](const Step& step) { return 0.5 * step.advice->regret; };
  const auto plain = step_of(log, "explore:1/large");
  EXPECT_LE(plain.advice->exploring_costs, half(plain));
  // Where more is at stake, what is not known is worth its price.
  const auto dear = step_of(log, "explore:1/large", {}, 10 * kPenalty);
  EXPECT_NE(dear.advice->exploring, dear.advice->policy);
  EXPECT_LE(dear.advice->exploring_costs, half(dear));
}

TEST(NextPolicy, a_best_policy_of_a_retired_model_is_not_proposed) {
  const Log log("explore:0.2/mini,large", 8'000);
  Evidence evidence;
  evidence.source = log.source();
  evidence.penalty = kPenalty;
  evidence.draws = 150;
  const auto step = next_policy(evidence, {"large"}, "large", {}).value();
  EXPECT_FALSE(step.changes);
  EXPECT_NE(all(step.reasons).find("not configured any more"), std::string::npos)
      << all(step.reasons);
}

}  // namespace
}  // namespace turnout::control
