#include "turnout/estimation/speed_change.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

/// 40 days of one model: latency = tokens^0.9 load^0.2 noise, times `slower` from day 25 on. Load
/// doubles on the way.
LogStatistics log_of(double slower, std::uint64_t seed) {
  base::Rng rng(seed);
  std::vector<traffic::Pass> passes;
  for (std::int64_t day = 0; day < 40; ++day) {
    const auto load =
        static_cast<int>(20 + day / 2 + static_cast<std::int64_t>(rng.uniform() * 10));
    const double shared = 0.05 * numeric::normal(rng);  // what the passes of a day have in common
    for (int i = 0; i < load; ++i) {
      traffic::Pass pass;
      pass.task_id = "t" + std::to_string(passes.size());
      pass.attempt = 1;
      pass.model = "m";
      pass.started_us = day * kDay + i * std::int64_t{1'000'000};
      pass.output_tokens = static_cast<std::int64_t>(std::exp(5 + 0.5 * numeric::normal(rng)));
      const double noise = std::exp(shared + 0.3 * numeric::normal(rng));
      pass.latency_s = 0.02 * std::pow(static_cast<double>(*pass.output_tokens), 0.9) *
                       std::pow(load, 0.2) * noise * (day >= 25 ? slower : 1);
      passes.push_back(pass);
    }
  }
  LogSelection selection;
  selection.window_us = -1;
  selection.period_us = kDay;
  return gather(passes, selection).value();
}

TEST(SpeedChange, a_slowdown_is_found_with_its_day_and_size) {
  const auto series = find_speed_changes(log_of(1.3, 1), kDay, 0.05, 1).at(0);
  ASSERT_EQ(series.changes.size(), 1U);
  EXPECT_NEAR(static_cast<double>(series.changes[0].at_us / kDay), 25, 1);
  EXPECT_LE(series.changes[0].low, 1.3);
  EXPECT_GE(series.changes[0].high, 1.3);
  EXPECT_NEAR(series.length_slope, -0.1, 0.05);
}

TEST(SpeedChange, false_alarms_are_as_rare_as_promised) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    alarms +=
        find_speed_changes(log_of(1, 100 + seed), kDay, 0.05, seed).at(0).changes.empty() ? 0 : 1;
  }
  EXPECT_LE(alarms, 9) << "60 x 5 % = 3; ten or more have a probability of 1e-3";
}

TEST(SpeedChange, without_tokens_the_latency_of_a_pass_is_taken) {
  auto statistics = log_of(1.6, 2);
  for (auto& [period, counts] : statistics.periods.at("m")) counts.timed = 0;
  const auto series = find_speed_changes(statistics, kDay, 0.05, 1).at(0);
  EXPECT_FALSE(series.by_token);
  ASSERT_EQ(series.changes.size(), 1U);
  EXPECT_NEAR(static_cast<double>(series.changes[0].at_us / kDay), 25, 1);
}

TEST(SpeedChange, few_periods_tell_nothing) {
  auto statistics = log_of(3, 1);
  auto& periods = statistics.periods.at("m");
  periods.erase(std::next(periods.begin(), 5), periods.end());
  EXPECT_TRUE(find_speed_changes(statistics, kDay, 0.05, 1).at(0).changes.empty());
}

}  // namespace
}  // namespace turnout::estimation
