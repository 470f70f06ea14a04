#include "turnout/analysis/log_audit_answer.h"

#include <gtest/gtest.h>

#include "turnout/base/rng.h"

namespace turnout::analysis {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

/// Tasks of one attempt: "quick" is solved half of the time in 2 s for $1, "sure" always in 5 s for
/// $3; on the 20th of 30 days "quick" becomes `factor` times as slow.
std::vector<traffic::Pass> log_of(double factor) {
  base::Rng rng(1);
  std::vector<traffic::Pass> passes;
  for (int i = 0; i < 6000; ++i) {
    traffic::Pass pass;
    pass.task_id = std::to_string(i);
    pass.user_id = "u" + std::to_string(i % 1501);
    const bool quick = i % 2 == 0;
    pass.model = quick ? "quick" : "sure";
    pass.started_us = static_cast<std::int64_t>(rng.uniform() * 30 * static_cast<double>(kDay));
    const bool slowed = quick && pass.started_us >= 20 * kDay;
    pass.latency_s = (quick ? 2 : 5) * (slowed ? factor : 1) * (0.9 + 0.2 * rng.uniform());
    pass.cost_usd = quick ? 1 : 3;
    pass.output_tokens = 100;
    pass.outcome =
        !quick || rng.uniform() < 0.5 ? traffic::Outcome::kSuccess : traffic::Outcome::kFailure;
    passes.push_back(pass);
  }
  return passes;
}

base::Result<LogAuditAnswer> audit(const std::vector<traffic::Pass>& passes,
                                   const LogAuditOptions& options = {},
                                   const base::Cancellation& cancellation = {}) {
  estimation::SpeedLog speed;
  for (const auto& pass : passes) speed.add(pass);
  return log_audit_answer("log", {estimation::gather(passes, {}).value(), {}, ""}, speed, options,
                          cancellation);
}

TEST(LogAuditAnswer, finds_the_slowdown_and_ranks_the_models) {
  const auto answer = audit(log_of(1.5)).value();
  ASSERT_EQ(answer.speed.size(), 2U);
  ASSERT_EQ(answer.speed[0].steps.size(), 1U);
  EXPECT_EQ(answer.speed[0].model, "quick");
  EXPECT_EQ(answer.speed[0].verdict, estimation::SpeedVerdict::kStep);
  EXPECT_EQ(answer.speed[0].steps[0].at_us, 20 * kDay);
  EXPECT_TRUE(answer.speed[1].steps.empty());
  ASSERT_TRUE(answer.user && answer.provider);
  EXPECT_EQ(answer.user->model, "quick");  // some 2.3 s at a half, against 5 s at 1
  EXPECT_EQ(answer.provider->model, "quick");
  EXPECT_NEAR(answer.provider->per_success.value, 2, 0.1);
  EXPECT_LE(answer.throttling.least_cost_low, answer.throttling.least_cost);
  EXPECT_LE(answer.throttling.least_cost, answer.throttling.least_cost_high);
}

TEST(LogAuditAnswer, does_not_tell_whether_throttling_pays_without_a_lifetime_value) {
  const auto answer = audit(log_of(1)).value();
  EXPECT_FALSE(answer.throttling.known);
  EXPECT_STREQ(answer.throttling.verdict, "cannot be told");
}

TEST(LogAuditAnswer, says_nothing_of_routes_and_throttling_without_outcomes) {
  auto passes = log_of(1);
  for (auto& pass : passes) pass.outcome = traffic::Outcome::kUnknown;
  LogAuditOptions options;
  options.lifetime_value = 40;
  const auto answer = audit(passes, options).value();
  EXPECT_FALSE(answer.outcomes);
  EXPECT_FALSE(answer.user);
  EXPECT_FALSE(answer.provider);
  EXPECT_FALSE(answer.throttling.known);
}

TEST(LogAuditAnswer, names_no_favourite_where_intervals_overlap) {
  auto passes = log_of(1);
  for (auto& pass : passes) {
    pass.outcome = traffic::Outcome::kSuccess;
    pass.latency_s =
        3 + (pass.model == "quick" ? 0.001 : 0) + static_cast<double>(pass.started_us % 7);
  }
  EXPECT_FALSE(audit(passes).value().user);
}

TEST(LogAuditAnswer, refuses_options_out_of_range_and_stops_when_it_is_told_to) {
  LogAuditOptions options;
  options.alpha = 0.6;
  EXPECT_NE(audit(log_of(1), options).error().to_string().find("--alpha"), std::string::npos);
  options = {};
  options.lifetime_value = -1;
  EXPECT_NE(audit(log_of(1), options).error().to_string().find("--ltv"), std::string::npos);
  const std::atomic<bool> stop = true;
  const auto stopped = audit(log_of(1), {}, base::Cancellation(stop));
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::ErrorCode::kCancelled);
}

TEST(SelectionRules, leave_out_the_last_window_and_cut_short_logs_into_forty) {
  store::LogSpan span;
  span.first_us = 0;
  span.last_us = 4 * kDay;
  estimation::LogSelection selection;
  only_settled_tasks(span, selection);
  EXPECT_EQ(selection.until_us, 4 * kDay - selection.window_us);
  periods_that_show_changes(span, selection);
  EXPECT_EQ(selection.period_us, kDay / 10);
  span.last_us = 20 * kDay;
  periods_that_show_changes(span, selection);
  EXPECT_EQ(selection.period_us, kDay);
  span.last_us = 60 * kSecond;
  periods_that_show_changes(span, selection);
  EXPECT_EQ(selection.period_us, 60 * kSecond);
}

}  // namespace
}  // namespace turnout::analysis
