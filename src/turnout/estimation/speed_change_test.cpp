#include "turnout/estimation/speed_change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

/// 30 days of one model, 100 passes a day: latency in seconds is (0.4 + 0.02 output + 0.0008 input)
/// times noise.
struct Log {
  double step = 1;       ///< factor of latency from day 18 on
  double second = 1;     ///< from day 25 on
  double drift = 1;      ///< from the first day to the last, geometric
  double prompts = 1;    ///< factor of input tokens from day 18 on
  double shared = 0.03;  ///< sd of what the passes of a day share
  double traffic = 1;    ///< factor of passes from day 18 on, with latency to the power 0.3 of it
  bool tokens = true;
};

std::vector<traffic::Pass> passes_of(const Log& log, std::uint64_t seed) {
  base::Rng rng(seed);
  std::vector<traffic::Pass> passes;
  for (std::int64_t day = 0; day < 30; ++day) {
    const double common = std::exp(log.shared * numeric::normal(rng));
    const double busy = day >= 18 ? log.traffic : 1;
    for (int i = 0; i < 100 * busy; ++i) {
      traffic::Pass pass;
      pass.task_id = "t" + std::to_string(passes.size());
      pass.attempt = 1;
      pass.model = "m";
      pass.started_us = day * kDay + static_cast<std::int64_t>(rng.uniform() * kDay);
      const double output = 1 + std::floor(300 * std::exp(0.6 * numeric::normal(rng)));
      const double input = 1 + std::floor(1500 * std::exp(0.8 * numeric::normal(rng)) *
                                          (day >= 18 ? log.prompts : 1));
      if (log.tokens) {
        pass.output_tokens = static_cast<std::int64_t>(output);
        pass.input_tokens = static_cast<std::int64_t>(input);
      }
      pass.latency_s = (0.4 + 0.02 * output + 0.0008 * input) * common * std::pow(busy, 0.3) *
                       std::exp(0.3 * numeric::normal(rng)) * (day >= 18 ? log.step : 1) *
                       (day >= 9 ? log.second : 1) *
                       std::pow(log.drift, static_cast<double>(day) / 30);
      passes.push_back(pass);
    }
  }
  return passes;
}

SpeedSeries searched(const std::vector<traffic::Pass>& passes) {
  SpeedLog log;
  for (const auto& pass : passes) log.add(pass);
  return find_speed_changes(log, {}).at(0);
}

SpeedSeries searched(const Log& log, std::uint64_t seed) { return searched(passes_of(log, seed)); }

TEST(SpeedChange, a_slowdown_is_found_with_its_day_and_size) {
  Log log;
  log.step = 1.3;
  const auto found = searched(log, 1);
  ASSERT_EQ(found.verdict, SpeedVerdict::kStep);
  ASSERT_EQ(found.steps.size(), 1U) << "and no second one is invented";
  EXPECT_LE(found.steps[0].first_us, 18 * kDay);
  EXPECT_GE(found.steps[0].last_us, 18 * kDay);
  EXPECT_LE(found.steps[0].factor.low, 1.3);
  EXPECT_GE(found.steps[0].factor.high, 1.3);
}

TEST(SpeedChange, two_slowdowns_are_both_found) {
  Log log;
  log.step = 1.5;
  log.second = 1.5;
  const auto found = searched(log, 2);
  ASSERT_EQ(found.steps.size(), 2U);
  EXPECT_EQ(found.steps[0].at_us, 9 * kDay);
  EXPECT_EQ(found.steps[1].at_us, 18 * kDay);
  EXPECT_NEAR(found.steps[0].factor.value, 1.5, 0.15);
  EXPECT_NEAR(found.steps[1].factor.value, 1.5, 0.15);
}

TEST(SpeedChange, a_slowdown_that_ends_is_found_with_both_dates) {
  Log log;
  log.second = 1.5;
  log.step = 1 / 1.5;
  const auto found = searched(log, 8);
  ASSERT_EQ(found.steps.size(), 2U);
  EXPECT_EQ(found.steps[0].at_us, 9 * kDay);
  EXPECT_EQ(found.steps[1].at_us, 18 * kDay);
}

TEST(SpeedChange, a_drift_is_reported_as_a_drift) {
  Log log;
  log.drift = 1.3;
  const auto found = searched(log, 3);
  EXPECT_EQ(found.verdict, SpeedVerdict::kDrift);
  EXPECT_TRUE(found.steps.empty());
  EXPECT_LE(found.trend.low, 1.3);
  EXPECT_GE(found.trend.high, 1.3);
}

TEST(SpeedChange, longer_prompts_are_no_slowdown) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Log log;
    log.prompts = 3;
    EXPECT_EQ(searched(log, seed).verdict, SpeedVerdict::kUnchanged) << seed;
  }
}

TEST(SpeedChange, more_traffic_is_no_slowdown) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Log log;
    log.traffic = 2;
    alarms += searched(log, 20 + seed).verdict == SpeedVerdict::kUnchanged ? 0 : 1;
  }
  EXPECT_LE(alarms, 3) << "10 x 5 %; four or more have a probability of 1e-3";
}

TEST(SpeedChange, a_change_too_small_to_matter_is_not_reported) {
  Log log;
  log.step = 1.04;
  log.shared = 0;
  auto passes = passes_of(log, 4);
  for (auto& pass : passes)  // so exact that a change by 4 % is beyond doubt
    pass.latency_s =
        0.02 * static_cast<double>(*pass.output_tokens) * (pass.started_us >= 18 * kDay ? 1.04 : 1);
  EXPECT_TRUE(searched(passes).steps.empty());
}

TEST(SpeedChange, without_tokens_the_latency_of_a_pass_is_taken_and_that_is_said) {
  Log log;
  log.tokens = false;
  log.step = 1.5;
  const auto found = searched(log, 5);
  ASSERT_EQ(found.steps.size(), 1U);
  EXPECT_EQ(found.speed.unadjusted.at(0), "output tokens (the log has none)");
}

TEST(SpeedChange, few_periods_tell_nothing) {
  auto passes = passes_of({}, 1);
  std::erase_if(passes, [](const auto& pass) {
    return pass.started_us / kDay % 3 != 0 || pass.started_us / kDay > 24;
  });
  EXPECT_EQ(searched(passes).verdict, SpeedVerdict::kTooLittle);
}

TEST(SpeedChange, the_order_of_passes_does_not_matter) {
  Log log;
  log.step = 1.3;
  auto passes = passes_of(log, 6);
  const auto one = searched(passes);
  std::reverse(passes.begin(), passes.end());
  const auto other = searched(passes);
  EXPECT_EQ(one.p_value, other.p_value);
  EXPECT_EQ(one.steps.at(0).factor.value, other.steps.at(0).factor.value);
}

TEST(SpeedLog, a_sample_stands_for_more_rows_than_fit) {
  SpeedLog whole;
  SpeedLog small(500);
  for (const auto& pass : passes_of({}, 7)) {
    whole.add(pass);
    small.add(pass);
  }
  EXPECT_EQ(whole.rows().at("m").size(), 3000U);
  EXPECT_LE(small.rows().at("m").size(), 500U);
  EXPECT_GE(small.rows().at("m").size(), 150U);
  EXPECT_EQ(small.arrivals(0, 30 * 24 * 60), 3000) << "arrivals are counted all the same";
}

}  // namespace
}  // namespace turnout::estimation
