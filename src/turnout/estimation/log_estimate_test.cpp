#include "turnout/estimation/log_estimate.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/estimation/attempt_fit.h"
#include "turnout/estimation/value_fit.h"

namespace turnout::estimation {
namespace {

/// Paths of a log with feedback on all ends.
LogStatistics statistics_of(const std::map<std::vector<std::string>, Fates>& paths) {
  LogStatistics statistics;
  for (const auto& [models, fates] : paths) {
    PathCounts counts;
    counts.fates = fates;
    for (int i = 0; i < fates.passes(); ++i) counts.latency.add(2 + 0.001 * (i % 3));
    counts.cost = counts.latency;
    statistics.passes += fates.passes();
    statistics.paths[{"", models, false}] = counts;
  }
  return statistics;
}

TEST(LogEstimate, intervals_of_latency_quantiles_hold_the_truth_where_tails_are_heavy) {
  constexpr int kLogs = 200;
  constexpr double kTail = 1.7;  // of Pareto's distribution: the variance is infinite
  std::array<int, 3> held{};
  for (std::uint64_t log = 0; log < kLogs; ++log) {
    base::Rng rng(3, log);
    auto statistics = statistics_of({{{"m"}, {0, 1, 1, 0}}});
    for (int i = 0; i < 1500; ++i)
      ++statistics.latencies["m"][latency_bin(std::pow(1 - rng.uniform(), -1 / kTail))];
    const auto quantiles = estimate(statistics, {})->models.at(0).latency_quantiles;
    const std::array<double, 3> shares = {0.5, 0.9, 0.99};
    for (std::size_t i = 0; i < 3; ++i) {
      const double truth = std::pow(1 - shares.at(i), -1 / kTail);
      held.at(i) += quantiles.at(i).low <= truth && truth <= quantiles.at(i).high ? 1 : 0;
    }
  }
  // 190 of 200 are expected, more where bins are wide; fewer than 176 with probability 1e-4.
  for (const int count : held) EXPECT_GE(count, 176);
}

TEST(LogEstimate, means_that_differ_by_rounding_are_no_switching_cost) {
  auto statistics = statistics_of(
      {{{"a"}, {1700, 100, 100, 0}}, {{"b"}, {300, 400, 300, 0}}, {{"a", "b"}, {0, 900, 790, 0}}});
  for (auto& [path, counts] : statistics.paths) {
    counts.latency = counts.cost = {};
    for (int i = 0; i < counts.fates.passes(); ++i) {
      counts.latency.add(0.1);
      counts.cost.add(0.0123);
    }
  }
  const double after_a = statistics.paths[PathKey{"", {"a", "b"}, false}].latency.mean();
  const double after_none = statistics.paths[PathKey{"", {"b"}, false}].latency.mean();
  ASSERT_NE(after_a, after_none);
  ASSERT_GT(after_a, 0.09);
  const auto estimated = estimate(statistics, {}).value();
  ASSERT_EQ(estimated.switching.size(), 1U);
  EXPECT_EQ(estimated.switching[0].latency.value, 0);
  EXPECT_EQ(estimated.switching[0].latency.low, 0);
  EXPECT_EQ(estimated.switching[0].cost.low, 0);
}

TEST(LogEstimate, with_feedback_on_all_ends_success_is_the_share_of_the_solved) {
  const auto estimated = estimate(statistics_of({{{"m"}, {300, 400, 300, 0}}}), {}).value();
  const auto& model = estimated.models.at(0);
  EXPECT_EQ(model.success.basis, Basis::kIdentified);
  EXPECT_DOUBLE_EQ(model.success.value, 0.4);
  EXPECT_NEAR(model.success.low, 0.4 - 1.96 * std::sqrt(0.4 * 0.6 / 1000), 0.004);
  EXPECT_DOUBLE_EQ(model.leaves.value, 0.5);
  EXPECT_DOUBLE_EQ(model.reprompts.value, 0.3);
}

TEST(LogEstimate, without_feedback_success_is_bounded_by_what_silence_may_mean) {
  const auto success =
      estimate(statistics_of({{{"m"}, {300, 5, 2, 693}}}), {})->models.at(0).success;
  EXPECT_EQ(success.basis, Basis::kBounded);
  EXPECT_LT(success.low, 0.005 + 1e-9);
  EXPECT_GT(success.high, 0.698);
  EXPECT_LT(success.high, 0.74);
}

TEST(LogEstimate, feedback_that_may_depend_on_the_result_gives_a_range) {
  EstimateOptions options;
  options.feedback_odds = 2;
  // 80 % of ends solved by feedback: 40/41 to 2/3 if leavers are half or twice as likely to speak.
  const auto success =
      estimate(statistics_of({{{"m"}, {0, 80'000, 20'000, 0}}}), options)->models.at(0).success;
  EXPECT_EQ(success.basis, Basis::kBounded);
  EXPECT_NEAR(success.low, 0.8 / (0.8 + 0.2 * 2), 0.01);
  EXPECT_NEAR(success.high, 0.8 / (0.8 + 0.2 / 2), 0.01);
}

TEST(LogEstimate, no_feedback_on_later_attempts_leaves_difficulty_unknown) {
  const auto estimated =
      estimate(statistics_of({{{"m"}, {500, 300, 200, 0}}, {{"m", "m"}, {0, 0, 0, 500}}}), {})
          .value();
  EXPECT_FALSE(estimated.sigma);
  EXPECT_EQ(estimated.value.basis, Basis::kAssumed);
}

TEST(LogEstimate, retries_that_fail_more_reject_independence) {
  const auto estimated = estimate(statistics_of({{{"m"}, {5000, 5000, 0, 0}},
                                                 {{"m", "m"}, {3700, 1300, 0, 0}},
                                                 {{"m", "m", "m"}, {3050, 650, 0, 0}},
                                                 {{"m", "m", "m", "m"}, {0, 400, 2650, 0}}}),
                                  {})
                             .value();
  EXPECT_TRUE(estimated.independence->rejected);
  EXPECT_GT(estimated.sigma->low, 0.5);
}

TEST(LogEstimate, switching_costs_are_what_a_pass_takes_more_after_another_model) {
  auto statistics = statistics_of({{{"a"}, {500, 500, 0, 0}},
                                   {{"a", "b"}, {0, 400, 100, 0}},
                                   {{"b"}, {500, 500, 0, 0}},
                                   {{"b", "b"}, {0, 500, 0, 0}}});
  PathCounts& switched = statistics.paths.at({"", {"a", "b"}, false});
  switched.latency = switched.cost = {};
  for (int i = 0; i < 500; ++i) {
    switched.latency.add(2.501 + 0.001 * (i % 3 - 1));
    switched.cost.add(2.601 + 0.001 * (i % 3 - 1));
  }
  const auto estimated = estimate(statistics, {}).value();
  ASSERT_EQ(estimated.switching.size(), 1U);
  const auto& found = estimated.switching[0];
  EXPECT_EQ(estimated.models[found.from].model + estimated.models[found.to].model, "ab");
  EXPECT_LE(found.latency.low, 0.5);
  EXPECT_GE(found.latency.high, 0.5);
  EXPECT_NEAR(found.cost.value, 0.6, 1e-3);
  EXPECT_GT(found.cost.low, 0.59);
}

TEST(LogEstimate, an_empty_log_is_refused) { EXPECT_FALSE(estimate({}, {})); }

TEST(LogEstimate, the_same_seed_gives_the_same_intervals) {
  const auto statistics = statistics_of({{{"m"}, {30, 40, 30, 50}}, {{"m", "m"}, {0, 20, 10, 0}}});
  const auto a = estimate(statistics, {}).value();
  const auto b = estimate(statistics, {}).value();
  EXPECT_EQ(a.models[0].success.low, b.models[0].success.low);
  EXPECT_EQ(a.churn_penalty.high, b.churn_penalty.high);
}

TEST(AttemptFit, finds_the_numbers_that_made_exact_rates) {
  const AttemptModel truth{{-0.3, 0.9}, 1.4 * 1.4, 0.5};
  std::vector<AttemptRate> rates;
  for (const std::vector<std::size_t>& path : {std::vector<std::size_t>{0},
                                               {1},
                                               {0, 0},
                                               {0, 1},
                                               {1, 1},
                                               {0, 0, 0},
                                               {1, 1, 1},
                                               {0, 0, 1}}) {
    rates.push_back({path, 1, 1e5, truth.success(path), 1e5});
  }
  const auto fit = fit_attempts(rates, 2);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->full.model.variance, 1.96, 1e-4);
  EXPECT_NEAR(fit->full.model.feedback, 0.5, 1e-4);
  EXPECT_NEAR(fit->full.model.skills[1], 0.9, 1e-4);
  EXPECT_GT(fit->independent_chi_square(), 100);
}

/// p(h) of tasks that suit some models better than others, summed over a grid of theta and each model's
/// phi, nothing taken out of the sums.
double success_on_a_grid(const std::vector<std::size_t>& path, const std::array<double, 2>& skills,
                         double sigma, double tau, double feedback) {
  constexpr int kReach = 24;
  constexpr double kStep = 0.25;
  double reached = 0;
  double solved = 0;
  for (int i = -kReach; i <= kReach; ++i) {
    for (int j = -kReach; j <= kReach; ++j) {
      for (int k = -kReach; k <= kReach; ++k) {
        const std::array<double, 3> z = {i * kStep, j * kStep, k * kStep};
        double weight = std::exp(-(z[0] * z[0] + z[1] * z[1] + z[2] * z[2]) / 2);
        for (std::size_t m = 0; m < path.size(); ++m) {
          const double logit = skills.at(path[m]) - sigma * z[0] + tau * z.at(1 + path[m]) +
                               feedback * static_cast<double>(m);
          const double p = 1 / (1 + std::exp(-logit));
          if (m + 1 == path.size()) solved += weight * p;
          if (m + 1 == path.size()) reached += weight;
          weight *= 1 - p;
        }
      }
    }
  }
  return solved / reached;
}

const std::vector<std::vector<std::size_t>> kPaths = {
    {0}, {1}, {0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 0, 0}, {0, 0, 1}, {0, 1, 1}, {1, 1, 1}};

TEST(AttemptFit, finds_how_much_better_some_tasks_suit_a_model) {
  const AttemptModel model{{-0.3, 0.9}, 0.64, 0.2, 1.44};
  std::vector<AttemptRate> rates;
  for (const auto& path : kPaths) {
    const double p = success_on_a_grid(path, {-0.3, 0.9}, 0.8, 1.2, 0.2);
    EXPECT_NEAR(model.success(path), p, 1e-4);
    rates.push_back({path, 1, 1e5, p, 1e5});
  }
  const auto fit = fit_attempts(rates, 2);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->tells_tau);
  EXPECT_EQ(fit->degrees_of_freedom(), 3);
  EXPECT_NEAR(fit->full.model.suits, 1.44, 1e-3);
  EXPECT_NEAR(fit->full.model.variance, 0.64, 1e-3);
  EXPECT_NEAR(fit->full.model.feedback, 0.2, 1e-3);
}

/// In how many of so many sets of counts tau is told, and of these in how many its interval holds it.
std::array<int, 2> tau_told(double tau, std::uint64_t sets) {
  std::array<int, 2> told{};
  std::vector<double> truth;
  for (const auto& path : kPaths) truth.push_back(success_on_a_grid(path, {-0.3, 0.9}, 1, tau, 0));
  for (std::uint64_t seed = 0; seed < sets; ++seed) {
    base::Rng rng(23, seed);
    std::vector<AttemptRate> rates;
    for (std::size_t i = 0; i < kPaths.size(); ++i) {
      const double tries = kPaths[i].size() == 1 ? 4000 : 1000;
      int solved = 0;
      for (int t = 0; t < tries; ++t) solved += rng.uniform() < truth[i] ? 1 : 0;
      rates.push_back({kPaths[i], 1, tries, solved / tries, tries});
    }
    const auto fit = fit_attempts(rates, 2);
    if (!fit || !fit->tells_tau) continue;
    ++told[0];
    const double error = fit->full.error(4);
    told[1] += std::abs(fit->full.model.suits - tau * tau) < 1.96 * error ? 1 : 0;
  }
  return told;
}

TEST(AttemptFit, says_tau_where_there_is_some_and_seldom_where_there_is_none) {
  EXPECT_LE(tau_told(0, 200)[0], 14) << "7 %: one-sided, some 2.5 % are expected";
  const auto [told, held] = tau_told(1.3, 60);
  EXPECT_GE(told, 54);
  EXPECT_GE(held, told * 85 / 100);
}

TEST(AttemptFit, two_rates_do_not_tell_feedback_from_difficulty) {
  const auto fit = fit_attempts({{{0}, 1, 1000, 0.5, 1000}, {{0, 0}, 1, 500, 0.3, 500}}, 1);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->feedback_assumed);
  EXPECT_GT(fit->full.model.variance, 0.5);
  EXPECT_FALSE(fit_attempts({{{0}, 1, 1000, 0.5, 1000}}, 1)) << "no later attempt";
}

TEST(ValueFit, finds_the_numbers_that_made_exact_shares) {
  const ValueFit truth{std::log(14), 0.6, 0.93};
  const auto above = [&](double bar) {
    return bar <= 0
               ? 1
               : std::erfc((std::log(bar) - truth.log_median) / truth.sigma / std::sqrt(2.0)) / 2;
  };
  std::vector<StayShare> shares;
  for (const double bar : {4.0, 7.0, 11.0, 18.0}) {
    shares.push_back({bar, 0, truth.patience * above(bar), 1e-5});
    shares.push_back({bar, bar, truth.patience, 1e-5});
    shares.push_back({1.5 * bar, bar, truth.patience * above(1.5 * bar) / above(bar), 1e-5});
  }
  EXPECT_TRUE(tells_values(shares));
  const ValueFit fit = fit_values(shares);
  EXPECT_NEAR(fit.log_median, truth.log_median, 1e-4);
  EXPECT_NEAR(fit.sigma, truth.sigma, 1e-4);
  EXPECT_NEAR(fit.patience, truth.patience, 1e-4);
}

TEST(ValueFit, patience_is_a_range_where_the_wait_may_be_why_users_leave) {
  // One wait, then the same one again: who stayed at it stays, so that the second share is patience.
  const auto told = patience_range({{5, 0, 0.8, 1e-4, 0.8, 1}, {5, 5, 0.95, 1e-4, 0.76, 2}});
  EXPECT_GT(told.low, 0.9);
  EXPECT_LE(told.low, 0.95);
  EXPECT_GE(told.high, 0.95);
  EXPECT_LT(told.high, 1);
  // Two first failures at alike waits: patience .88, or 1 and a V that 12 % of users do not have.
  const auto open = patience_range({{5, 0, 0.88, 1e-4, 0.88, 1}, {5.2, 0, 0.88, 1e-4, 0.88, 1}});
  EXPECT_NEAR(open.low, 0.86, 0.02);
  EXPECT_EQ(open.high, 1);
}

TEST(ValueFit, one_bar_does_not_tell_values) {
  EXPECT_FALSE(tells_values({{5, 0, 0.6, 1e-4}, {5, 5, 0.9, 1e-4}}));
}

}  // namespace
}  // namespace turnout::estimation
