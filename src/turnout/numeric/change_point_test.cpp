#include "turnout/numeric/change_point.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/numeric/variates.h"

namespace turnout::numeric {
namespace {

struct Truth {
  double step = 0;         // from value 20 on
  std::size_t until = 40;  // where it ends
  double drift = 0;        // over the whole
  double deviation = 0.05, correlation = 0;
};

NoisySeries series_of(const Truth& truth, std::uint64_t seed) {
  base::Rng rng(seed);
  NoisySeries series;
  double e = truth.deviation * normal(rng);
  for (std::size_t i = 0; i < 40; ++i) {
    constexpr double kNoise = 0.03;
    const double x = normal(rng);
    series.times.push_back(static_cast<double>(i));
    series.values.push_back(1 + 0.2 * x + e + kNoise * normal(rng) +
                            truth.drift * static_cast<double>(i) / 40 +
                            (i >= 20 && i < truth.until ? truth.step : 0));
    series.variances.push_back(kNoise * kNoise);
    series.covariates.push_back({x});
    e = truth.correlation * e +
        truth.deviation * std::sqrt(1 - truth.correlation * truth.correlation) * normal(rng);
  }
  return series;
}

StepTestResult result_of(const Truth& truth, std::uint64_t seed) {
  StepTestOptions options;
  options.seed = seed;
  return test_for_step(series_of(truth, seed), options).value();
}

TEST(ChangePoint, a_step_is_dated_and_sized) {
  const auto result = result_of({0.4}, 1);
  EXPECT_EQ(result.shape, ChangeShape::kStep);
  EXPECT_LE(result.begins.first, 20U);
  EXPECT_GE(result.begins.last, 20U);
  EXPECT_EQ(result.ends.at, 40U) << "for good";
  EXPECT_LE(result.step.low, 0.4);
  EXPECT_GE(result.step.high, 0.4);
  EXPECT_LE(result.p_change, 0.05);
  EXPECT_LE(result.p_step, 0.05);
}

TEST(ChangePoint, a_step_that_ends_has_two_dates) {
  const auto result = result_of({0.4, 28}, 2);
  EXPECT_EQ(result.shape, ChangeShape::kStep);
  EXPECT_EQ(result.begins.at, 20U);
  EXPECT_EQ(result.ends.at, 28U);
}

TEST(ChangePoint, a_drift_is_no_step) {
  const auto result = result_of({0, 40, 0.4}, 3);
  EXPECT_EQ(result.shape, ChangeShape::kDrift);
  EXPECT_LE(result.drift.low, 0.4);
  EXPECT_GE(result.drift.high, 0.4);
}

TEST(ChangePoint, false_alarms_are_as_rare_as_promised_with_autocorrelation) {
  for (const double correlation : {0.0, 0.5, 0.8}) {
    int alarms = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed)
      alarms += result_of({0, 40, 0, 0.08, correlation}, 100 + seed).shape != ChangeShape::kNone;
    EXPECT_LE(alarms, 7) << correlation
                         << ": 40 x 5 % = 2; eight or more have a probability of 1e-3";
  }
}

TEST(ChangePoint, a_known_step_is_not_found_again) {
  StepTestOptions options;
  const auto series = series_of({0.4}, 1);
  options.known = {20};
  EXPECT_EQ(test_for_step(series, options)->shape, ChangeShape::kNone);
  const auto size = size_of_step(series, {}, 20);
  EXPECT_LE(size.low, 0.4);
  EXPECT_GE(size.high, 0.4);
}

TEST(ChangePoint, a_covariate_that_steps_with_the_values_leaves_nothing_to_tell) {
  auto series = series_of({0.4}, 4);
  for (std::size_t i = 0; i < 40; ++i) series.covariates[i].push_back(i >= 20 ? 1 : 0);
  EXPECT_EQ(test_for_step(series, {})->shape, ChangeShape::kNone);
  // If the coefficient is known to be 0, it is as if the column were not there.
  series.prior_rows = {{0, 1000}};
  series.prior_values = {0};
  EXPECT_EQ(test_for_step(series, {})->shape, ChangeShape::kStep);
}

TEST(ChangePoint, says_the_same_for_the_same_seed) {
  EXPECT_EQ(result_of({0, 40, 0, 0.08, 0.5}, 6).p_change,
            result_of({0, 40, 0, 0.08, 0.5}, 6).p_change);
}

}  // namespace
}  // namespace turnout::numeric
