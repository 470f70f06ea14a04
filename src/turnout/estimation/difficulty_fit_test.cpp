#include "turnout/estimation/difficulty_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/estimation/trials_fit.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

struct Truth {
  double sigma, feedback;
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// First and second tries of models of different skill on Rasch tasks, drawn one by one.
std::vector<outcomes::RetryCounts> draw_retries(const Truth& truth, std::size_t models, int cases,
                                                base::Rng& rng) {
  std::vector<outcomes::RetryCounts> rows;
  for (std::size_t k = 0; k < models; ++k) {
    const double skill = -2 + 4.0 * static_cast<double>(k) / static_cast<double>(models);
    outcomes::RetryCounts row{"m" + std::to_string(k), 0, 0, 0};
    for (int i = 0; i < cases; ++i) {
      const double ability = skill - truth.sigma * numeric::normal(rng);
      const bool first = rng.uniform() < logistic(ability);
      const bool second = first || rng.uniform() < logistic(ability + truth.feedback);
      row.cases += 1;
      row.solved_first += first ? 1 : 0;
      row.solved_by_second += second ? 1 : 0;
    }
    rows.push_back(row);
  }
  return rows;
}

TEST(DifficultyFit, recovers_difficulty_and_feedback_from_many_second_tries) {
  for (const Truth truth : {Truth{0, 0}, Truth{1.5, 0.8}, Truth{2, -0.5}}) {
    base::Rng rng(3);
    const DifficultyFit fit = fit_retries(draw_retries(truth, 24, 4000, rng));
    EXPECT_NEAR(fit.sigma.value, truth.sigma, 0.35);
    EXPECT_NEAR(fit.feedback.value, truth.feedback, 0.3);
    EXPECT_LE(fit.sigma.low, truth.sigma + 0.05);
    EXPECT_GE(fit.sigma.high, truth.sigma - 0.05);
    EXPECT_LT(fit.chi_square, 2.2 * static_cast<double>(fit.degrees_of_freedom));
    EXPECT_LT(fit.root_mean_square, 0.03);
  }
}

TEST(DifficultyFit, intervals_of_sigma_cover_the_truth_about_as_often_as_they_say) {
  const Truth truth{1, 0.5};
  int covered = 0;
  constexpr int kRounds = 24;
  for (int i = 0; i < kRounds; ++i) {
    base::Rng rng(4, static_cast<std::uint64_t>(i));
    const DifficultyFit fit = fit_retries(draw_retries(truth, 8, 300, rng));
    covered += fit.sigma.low <= truth.sigma && truth.sigma <= fit.sigma.high ? 1 : 0;
  }
  EXPECT_GE(covered, 20);  // 95 % of 24 is 23; 19 or fewer have a probability below 1 %
}

TEST(DifficultyFit, one_model_alone_cannot_tell_difficulty_from_feedback) {
  const DifficultyFit fit = fit_retries({{"m", 1000, 500, 650}});
  EXPECT_TRUE(fit.sigma.at_edge || fit.sigma.high > 6);
  EXPECT_NEAR(*fit.models[0].observed, fit.models[0].fitted, 1e-3);
}

TEST(DifficultyFit, recovers_sigma_from_pass_powers_and_from_trials) {
  constexpr double kSigma = 1.7;
  constexpr int kTasks = 600;
  base::Rng rng(5);
  outcomes::TrialCounts counts;
  std::vector<outcomes::PassPowers> powers;
  for (int k = 0; k < 6; ++k) {
    counts.models.push_back("m" + std::to_string(k));
    powers.push_back({counts.models.back(), {0, 0, 0, 0}});
  }
  counts.trials.assign(kTasks, std::vector<double>(6, 4));
  counts.successes.assign(kTasks, std::vector<double>(6, 0));
  for (auto& row : counts.successes) {
    const double theta = kSigma * numeric::normal(rng);
    for (std::size_t k = 0; k < 6; ++k) {
      const double p = logistic(-1.5 + 0.6 * static_cast<double>(k) - theta);
      for (int i = 0; i < 4; ++i) row[k] += rng.uniform() < p ? 1 : 0;
      for (std::size_t j = 0; j < 4; ++j)
        powers[k].all_succeed[j] += std::pow(p, static_cast<double>(j + 1)) / kTasks;
    }
  }
  const DifficultyFit by_trials = fit_trials(counts);
  EXPECT_NEAR(by_trials.sigma.value, kSigma, 0.2);
  EXPECT_LE(by_trials.sigma.low, kSigma);
  EXPECT_GE(by_trials.sigma.high, kSigma);
  EXPECT_LT(by_trials.root_mean_square, 0.05);
  const DifficultyFit by_powers = fit_pass_powers(powers, 1);
  EXPECT_NEAR(by_powers.sigma.value, kSigma, 0.2);
  EXPECT_LT(by_powers.root_mean_square, 0.03);
}

TEST(DifficultyFit, without_a_second_try_there_is_nothing_to_judge_by) {
  const DifficultyFit fit =
      fit_trials({{"a", "b"}, {{1, 1}, {1, 1}, {1, 1}}, {{1, 1}, {0, 0}, {0, 1}}});
  EXPECT_EQ(fit.judged, 0U);
  EXPECT_FALSE(fit.models[0].observed);
}

TEST(DifficultyFit, independent_draws_need_no_difficulty) {
  const DifficultyFit fit = fit_pass_powers({{"a", {0.5, 0.25, 0.125}}, {"b", {0.8, 0.64}}}, 1);
  EXPECT_EQ(fit.sigma.value, 0);
}

}  // namespace
}  // namespace turnout::estimation
