#include "turnout/verification/verify_answer.h"

#include <gtest/gtest.h>

namespace turnout::verification {
namespace {

TEST(Coverage, intervals_hold_the_truth_as_often_as_they_promise) {
  constexpr std::size_t kLogs = 60;
  std::size_t figures = 0;
  for (const auto& setting : measure_coverage(kLogs, 13'000, 0, 77)) {
    for (const auto& f : setting.figures) {
      // A spread of V that is not there is found in a few logs in a thousand; those have no
      // interval that holds it.
      if (f.figure == "sigma of ln V" && f.truth == 0) {
        EXPECT_LE(f.logs, 3U) << setting.name;
        continue;
      }
      if (f.logs < kLogs / 2) continue;
      ++figures;
      // Of 60 intervals that hold the truth with probability 0.93, fewer than 49 do with
      // probability 1e-3.
      EXPECT_GE(f.covered * kLogs, 49 * f.logs) << setting.name << ": " << f.figure;
    }
  }
  EXPECT_GE(figures, 60U);
}

TEST(Coverage, bounds_without_feedback_always_hold_the_truth) {
  const auto settings = measure_coverage(40, 4'000, 0, 5);
  ASSERT_EQ(settings.size(), kCoverageSettings);
  const auto& silent = settings.at(2);
  ASSERT_NE(silent.name.find("no feedback"), std::string::npos);
  for (const auto& f : silent.figures) {
    if (f.figure.starts_with("p of") || f.figure == "P") {
      EXPECT_EQ(f.covered, 40U) << f.figure;
      EXPECT_EQ(f.identified, 0U) << f.figure;
    }
  }
}

TEST(Coverage, evaluated_policies_lie_in_their_intervals_and_ranges) {
  constexpr std::size_t kLogs = 40;
  const auto settings = measure_evaluations(kLogs, 4'000, 11);
  ASSERT_EQ(settings.size(), kEvaluationSettings);
  std::size_t numbers = 0;
  for (const auto& setting : settings) {
    for (const auto& policy : setting.policies) {
      EXPECT_EQ(policy.logs, kLogs) << setting.name << ": " << policy.policy;
      for (const auto& q : policy.quantities) {
        numbers += q.told;
        // Of 40 that hold the truth with probability 0.93, fewer than 31 do with probability 5e-4.
        EXPECT_GE(q.covered, 31U) << setting.name << ": " << policy.policy << ", " << q.quantity;
      }
    }
  }
  // Ranges that say nothing would hold the truth, too.
  EXPECT_GE(numbers, 9 * 3 * 6 * kLogs / 3);
}

TEST(VerifyAnswer, is_the_ledger_and_refuses_options_out_of_range) {
  const auto ledger = verify_answer({1, 5});
  ASSERT_TRUE(ledger);
  EXPECT_EQ(ledger->findings.size(), all_statements().size());
  EXPECT_FALSE(verify_answer({0, 5}));
  EXPECT_FALSE(coverage_answer({0}));
}

TEST(VerifyAnswer, ends_at_a_deadline) {
  const base::Watch late{[](std::size_t) {},
                         base::Cancellation(base::Deadline(base::Deadline::Clock::now()))};
  const auto ledger = verify_answer({1'000'000, 5}, late);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, base::ErrorCode::kCancelled);
  const auto coverage = coverage_answer({100'000}, late);
  ASSERT_FALSE(coverage);
  EXPECT_EQ(coverage.error().code, base::ErrorCode::kCancelled);
}

}  // namespace
}  // namespace turnout::verification
