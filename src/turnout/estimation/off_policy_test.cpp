#include "turnout/estimation/off_policy.h"

#include <gtest/gtest.h>

#include "turnout/base/rng.h"
#include "turnout/numeric/sample.h"

namespace turnout::estimation {
namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> all = {"a", "b"};
  return all;
}

/// Tasks of users who go on after a failure with probability 0.7 whatever the policy; a solves 0.4,
/// b 0.8. The log draws a with probability 0.6.
std::vector<traffic::Pass> log_of(int tasks, std::uint64_t seed, double draws_a = 0.6) {
  base::Rng rng(seed);
  std::vector<traffic::Pass> passes;
  for (int task = 0; task < tasks; ++task) {
    for (int attempt = 1;; ++attempt) {
      const bool a = rng.uniform() < draws_a;
      traffic::Pass pass;
      pass.task_id = "t" + std::to_string(1'000'000 + task);
      pass.attempt = attempt;
      pass.model = names()[a ? 0 : 1];
      pass.latency_s = a ? 1 : 4;
      pass.cost_usd = a ? 0.1 : 1;
      pass.propensity = a ? draws_a : 1 - draws_a;
      const bool solved = rng.uniform() < (a ? 0.4 : 0.8);
      const bool stays = !solved && rng.uniform() < 0.7;
      pass.outcome = solved  ? traffic::Outcome::kSuccess
                     : stays ? traffic::Outcome::kUnknown
                             : traffic::Outcome::kFailure;
      passes.push_back(pass);
      if (!stays) break;
    }
  }
  return passes;
}

base::Result<OffPolicyAnswer> evaluate(const std::vector<traffic::Pass>& passes,
                                       const std::string& policy) {
  LogSelection selection;
  selection.window_us = -1;
  const auto statistics = gather(passes, selection).value();
  OffPolicyEvaluator evaluator(statistics, policy::Policy::parse(policy, names()).value(), names());
  for (const auto& pass : passes) evaluator.add(pass);
  return evaluator.finish();
}

/// Expected cost, latency, attempts and success of a, then b for good.
std::array<double, 4> truth() {
  const double second = 0.6 * 0.7;  // probability of a second attempt
  const double attempts_b = second / (1 - 0.2 * 0.7);
  return {0.1 + attempts_b, 1 + 4 * attempts_b, 1 + attempts_b, 0.4 + 0.8 * attempts_b};
}

TEST(OffPolicy, the_intervals_of_all_three_estimators_cover_the_truth) {
  constexpr int kLogs = 150;
  std::array<std::array<int, 3>, 4> covered{};
  for (int log = 0; log < kLogs; ++log) {
    const auto answer =
        evaluate(log_of(1500, 100 + static_cast<std::uint64_t>(log)), "a,b").value();
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& q = answer.quantities.at(i);
      const auto holds = [&](const Evaluated& e) {
        return e.low <= truth().at(i) && truth().at(i) <= e.high ? 1 : 0;
      };
      covered.at(i)[0] += holds(q.inverse);
      covered.at(i)[1] += holds(q.self_normalised);
      covered.at(i)[2] += holds(q.doubly_robust);
    }
  }
  // 95 % of 150 is 142; fewer than 132 has a probability of 2e-4 each if the coverage is 95 %.
  for (const auto& quantity : covered) {
    for (const int count : quantity) EXPECT_GE(count, 132);
  }
}

TEST(OffPolicy, the_model_of_the_paths_makes_the_estimate_sharper) {
  const auto answer = evaluate(log_of(20'000, 7), "a,b").value();
  const auto& cost = answer.quantities.at(0);
  EXPECT_LT(cost.doubly_robust.high - cost.doubly_robust.low,
            0.9 * (cost.inverse.high - cost.inverse.low));
  EXPECT_GT(answer.effective_tasks, 1000);
  EXPECT_LT(answer.effective_tasks, 20'000);
}

TEST(OffPolicy, the_logs_own_policy_has_weights_of_one) {
  const auto answer = evaluate(log_of(500, 3), "lottery:a=0.6,b=0.4").value();
  EXPECT_NEAR(answer.effective_tasks, 500, 1e-6);
  EXPECT_NEAR(answer.largest_weight, 1, 1e-12);
  EXPECT_NEAR(answer.quantities[2].inverse.value, answer.quantities[2].logged.value, 1e-9);
}

/// What a policy comes to with these users, by going through all states and models.
std::array<double, 4> enumerated(const policy::Policy& policy, policy::State state = 0,
                                 int depth = 0) {
  constexpr int kDeep = 14;
  std::array<double, 4> total{};
  if (depth == kDeep) return total;
  for (const auto& draw : policy.draws(state)) {
    const bool a = draw.model == 0;
    const double solves = a ? 0.4 : 0.8;
    const auto later =
        enumerated(policy, state + static_cast<policy::State>(draw.advance), depth + 1);
    const std::array<double, 4> now = {a ? 0.1 : 1, a ? 1.0 : 4.0, 1, solves};
    for (std::size_t i = 0; i < 4; ++i)
      total.at(i) += draw.probability * (now.at(i) + (1 - solves) * 0.7 * later.at(i));
  }
  return total;
}

TEST(OffPolicy, policies_with_hidden_states_lotteries_and_ends_are_evaluated) {
  // 12 logs a policy: a mean of 12 estimates within 4.5 of its standard errors of the truth.
  constexpr int kLogs = 12;
  for (const char* text : {"explore:0.4/cascade:a,b,0.3", "cascade:a,b,0.5", "a,a=0.3+b=0.7,b",
                           "a,end", "b,a,end", "explore:0.2/a,b,end"}) {
    const auto policy = policy::Policy::parse(text, names()).value();
    const auto expected = enumerated(policy);
    std::array<std::array<numeric::Sample, 3>, 4> seen;
    for (int log = 0; log < kLogs; ++log) {
      const auto answer =
          evaluate(log_of(4000, 900 + static_cast<std::uint64_t>(log)), text).value();
      for (std::size_t i = 0; i < 4; ++i) {
        seen.at(i)[0].add(answer.quantities[i].inverse.value);
        seen.at(i)[1].add(answer.quantities[i].self_normalised.value);
        seen.at(i)[2].add(answer.quantities[i].doubly_robust.value);
      }
    }
    for (std::size_t i = 0; i < 4; ++i) {
      for (const auto& sample : seen.at(i)) {
        EXPECT_NEAR(sample.mean(), expected.at(i), 4.5 * sample.standard_error() + 1e-9)
            << text << " " << i;
      }
    }
  }
}

TEST(OffPolicy, no_overlap_is_refused_with_the_reason) {
  EXPECT_EQ(evaluate(log_of(500, 3, 1), "a,b").error().message,
            "no overlap: the policy uses 'b' on attempt 2 after a, the log never does");
  auto unlogged = log_of(100, 3);
  for (auto& pass : unlogged) pass.propensity.reset();
  EXPECT_EQ(evaluate(unlogged, "a").error().message,
            "no task has a propensity on every attempt: nothing can be said of another policy");
  const auto few = evaluate(log_of(60, 3), "b,b,b,b");
  ASSERT_FALSE(few);
  EXPECT_NE(few.error().message.find("too little overlap: 60 tasks are worth"), std::string::npos);
}

}  // namespace
}  // namespace turnout::estimation
