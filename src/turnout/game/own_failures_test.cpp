#include "turnout/game/own_failures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace turnout::game {
namespace {

constexpr auto kRejections = std::to_array<Rejections>({{0, 1}, {0.2, 0.7}, {0.9, 0.3}});

/// The share of tasks that are solved after so many rejections in a row: the plain sum over effects a
/// hundredth apart, far beyond where any counts.
double by_plain_sum(double logit, double tau, const Rejections& rejected, std::size_t failures) {
  double solved = 0;
  double all = 0;
  for (int i = -3000; i <= 3000; ++i) {
    const double x = i / 100.0;
    const double p = 1 / (1 + std::exp(-logit - tau * x));
    const double fails = 1 / (1 + std::exp(logit + tau * x));
    const double here = std::exp(-x * x / 2);
    solved += here * p *
              std::pow(rejected.right * p + rejected.wrong * fails, static_cast<double>(failures));
    all += here;
  }
  return solved / all;
}

/// The same share by successes attempt after attempt.
double by_attempts(std::span<const double> success, const Rejections& rejected,
                   std::size_t failures) {
  double open = 1;
  for (std::size_t m = 0; m < failures; ++m)
    open *= rejected.right * success[m] + rejected.wrong * (1 - success[m]);
  return open * success[failures];
}

TEST(OwnFailures, are_those_of_a_plain_sum_over_the_effects) {
  constexpr std::size_t kDepth = 24;
  const std::vector<double> logits = {-14, -3.3, -1, 0, 0.7, 2, 3, 4.5, 9, 15.5};
  for (const double tau : {0.1, 1.0, 3.0}) {
    for (const Rejections& rejected : kRejections) {
      const auto success = success_after_own_failures(logits, tau, rejected, kDepth);
      for (std::size_t i = 0; i < logits.size(); ++i) {
        for (const std::size_t failures : {0U, 1U, 5U, 23U}) {
          const double share =
              by_attempts(std::span(success).subspan(i * kDepth, kDepth), rejected, failures);
          const double tolerance = failures > 5 ? 1e-9 : 1e-10;  // trapezoids a quarter wide
          EXPECT_NEAR(share, by_plain_sum(logits[i], tau, rejected, failures), tolerance)
              << logits[i] << " " << tau << " " << rejected.right << " " << failures;
        }
      }
    }
  }
}

/// The greatest difference between the table and the sums, over 4,000 logits.
double error_of_table(double tau, const Rejections& rejected, std::size_t depth) {
  std::vector<double> logits;
  for (int i = -2000; i <= 2000; ++i) logits.push_back(i * 0.00999);
  const OwnFailureTable table(tau, rejected, depth, 20);
  EXPECT_TRUE(table.fits(tau, rejected, depth, logits));
  const auto exact = success_after_own_failures(logits, tau, rejected, depth);
  const auto read = table.at(logits);
  EXPECT_EQ(read.size(), exact.size());
  double worst = 0;
  for (std::size_t i = 0; i < read.size(); ++i)
    worst = std::max(worst, std::abs(read[i] - exact[i]));
  return worst;
}

TEST(OwnFailures, are_the_same_by_interpolation) {
  for (const double tau : {0.1, 0.3, 0.6, 1.0, 2.0, 4.0, 10.0}) {
    for (const Rejections& rejected : kRejections) {
      for (const std::size_t depth : {5U, 24U, 64U}) {
        const bool hard = rejected.right > 0 && depth > 24;
        EXPECT_LT(error_of_table(tau, rejected, depth), hard ? 1e-8 : 1e-11)
            << tau << " " << rejected.right << " " << depth;
      }
    }
  }
}

TEST(OwnFailures, where_a_rejection_cannot_happen_tell_nothing) {
  const auto success = success_after_own_failures(std::vector{1.0}, 1, {0, 0}, 4);
  for (const double p : success) EXPECT_DOUBLE_EQ(p, success[0]);
}

TEST(OwnFailures, of_hopeless_and_of_certain_models_are_0_and_1) {
  const auto success = success_after_own_failures(std::vector{-2000.0, 2000.0}, 10, {0, 1}, 64);
  for (std::size_t made = 0; made < 64; ++made) {
    EXPECT_EQ(success[made], 0) << made;
    EXPECT_EQ(success[64 + made], 1) << made;
  }
}

TEST(OwnFailures, a_table_fits_its_own_numbers_only) {
  const OwnFailureTable table(1, {0.1, 0.9}, 5, 10);
  const std::vector<double> within = {-10, 0, 10};
  EXPECT_TRUE(table.fits(1, {0.1, 0.9}, 5, within));
  EXPECT_FALSE(table.fits(1.01, {0.1, 0.9}, 5, within));
  EXPECT_FALSE(table.fits(1, {0.11, 0.9}, 5, within));
  EXPECT_FALSE(table.fits(1, {0.1, 0.91}, 5, within));
  EXPECT_FALSE(table.fits(1, {0.1, 0.9}, 6, within));
  EXPECT_FALSE(table.fits(1, {0.1, 0.9}, 5, std::vector{0.0, 10.1}));
  const auto edges = table.at(within);
  EXPECT_NEAR(edges[0], success_after_own_failures(within, 1, {0.1, 0.9}, 5)[0], 1e-11);
}

}  // namespace
}  // namespace turnout::game
