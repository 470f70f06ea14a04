#include "turnout/estimation/stationarity.h"

#include <gtest/gtest.h>

#include "turnout/base/rng.h"

namespace turnout::estimation {
namespace {

/// 30 days of a model, 200 first attempts each: re-prompted with a probability, waiting about a
/// mean, both moved after day 15.
LogStatistics log_of(double reprompted_later, double slower, std::uint64_t seed) {
  base::Rng rng(seed);
  LogStatistics statistics;
  for (std::int64_t day = 0; day < 30; ++day) {
    PeriodCounts& counts = statistics.periods["m"][day];
    for (int i = 0; i < 200; ++i) {
      const bool late = day >= 15;
      ++(rng.uniform() < (late ? reprompted_later : 0.4) ? counts.first.reprompted
                                                         : counts.first.silent);
      counts.latency.add(rng.exponential(late ? 3 * slower : 3));
    }
  }
  return statistics;
}

bool rejected(const std::vector<AssumptionTest>& tests, const std::string& what) {
  for (const auto& test : tests) {
    if (test.what.starts_with(what)) return test.rejected;
  }
  ADD_FAILURE() << "no test of " << what;
  return false;
}

TEST(Stationarity, a_model_that_changes_is_told_by_what_changed) {
  const auto worse = test_stationarity(log_of(0.5, 1, 1));
  EXPECT_TRUE(rejected(worse, "re-prompts after m"));
  EXPECT_FALSE(rejected(worse, "the latency of m"));
  const auto slower = test_stationarity(log_of(0.4, 1.25, 2));
  EXPECT_FALSE(rejected(slower, "re-prompts after m"));
  EXPECT_TRUE(rejected(slower, "the latency of m"));
}

TEST(Stationarity, false_alarms_are_as_rare_as_promised) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto tests = test_stationarity(log_of(0.4, 1, 1000 + seed));
    ASSERT_EQ(tests.size(), 2U);
    alarms += tests[0].rejected || tests[1].rejected ? 1 : 0;
  }
  EXPECT_LE(alarms, 22) << "200 x 5 % = 10; 23 or more have a probability of 2e-4";
  EXPECT_GE(alarms, 1) << "a test that never rejects tests nothing";
}

}  // namespace
}  // namespace turnout::estimation
