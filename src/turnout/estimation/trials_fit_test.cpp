#include "turnout/estimation/trials_fit.h"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/estimation/held_out.h"
#include "turnout/estimation/second_tries_fit.h"
#include "turnout/estimation/trials_likelihood.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

struct Truth {
  double sigma, tau;
};

/// Trials of models of different skill, drawn one by one.
outcomes::TrialCounts draw_trials(const Truth& truth, std::size_t models, int tasks, int trials,
                                  base::Rng& rng) {
  outcomes::TrialCounts counts;
  for (std::size_t k = 0; k < models; ++k) counts.models.push_back("m" + std::to_string(k));
  for (int i = 0; i < tasks; ++i) {
    counts.trials.emplace_back(models, trials);
    counts.successes.emplace_back(models, 0);
    const double theta = truth.sigma * numeric::normal(rng);
    for (std::size_t k = 0; k < models; ++k) {
      const double skill = -1 + 2.0 * static_cast<double>(k) / static_cast<double>(models);
      const double logit = skill - theta + truth.tau * numeric::normal(rng);
      for (int t = 0; t < trials; ++t)
        counts.successes.back()[k] += rng.uniform() < 1 / (1 + std::exp(-logit)) ? 1 : 0;
    }
  }
  return counts;
}

TEST(TrialsLikelihood, is_the_integral_over_difficulty_and_effects) {
  using boost::math::quadrature::gauss_kronrod;
  const outcomes::TrialCounts counts{{"a", "b"}, {{10, 4}, {3, 1}}, {{7, 0}, {1, 1}}};
  const TrialsLikelihood likelihood(counts);
  const auto normal = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * M_PI); };
  for (const Truth truth : {Truth{1.5, 1}, Truth{4, 0.5}, Truth{0.5, 3}}) {
    const double spread = std::hypot(truth.sigma, truth.tau);
    double expected = 0;
    for (std::size_t task = 0; task < 2; ++task) {
      const auto given_difficulty = [&](double theta) {
        double product = normal(theta);
        for (std::size_t k = 0; k < 2; ++k) {
          const double skill = game::skill_of(likelihood.rates()[k], spread);
          const auto given_effect = [&](double phi) {
            const double p = 1 / (1 + std::exp(truth.sigma * theta - skill - truth.tau * phi));
            const double s = counts.successes[task][k];
            return normal(phi) * std::pow(p, s) * std::pow(1 - p, counts.trials[task][k] - s);
          };
          product *= gauss_kronrod<double, 61>::integrate(given_effect, -9, 9, 8, 1e-11);
        }
        return product;
      };
      expected += std::log(gauss_kronrod<double, 61>::integrate(given_difficulty, -9, 9, 8, 1e-11));
    }
    EXPECT_NEAR(likelihood(truth.sigma, truth.tau), expected, 1e-6) << truth.sigma;
  }
}

TEST(TrialsFit, recovers_difficulty_and_what_suits_a_model) {
  for (const Truth truth : {Truth{1.5, 1}, Truth{1, 0}, Truth{0.7, 2}}) {
    base::Rng rng(7);
    const DifficultyFit fit = fit_trials(draw_trials(truth, 4, 400, 5, rng));
    EXPECT_EQ(fit.told, Told::kBoth);
    EXPECT_NEAR(fit.sigma.value, truth.sigma, 0.25);
    EXPECT_NEAR(fit.tau.value, truth.tau, 0.25);
    EXPECT_LE(fit.sigma.low, fit.sigma.value);
    EXPECT_GE(fit.sigma.high, fit.sigma.value);
    EXPECT_LE(fit.tau.low, truth.tau + 0.05);
    EXPECT_GE(fit.tau.high, truth.tau - 0.05);
    EXPECT_FALSE(fit.tau.at_edge);
    EXPECT_LT(fit.root_mean_square, 0.04);
  }
}

TEST(TrialsFit, intervals_cover_the_truth_about_as_often_as_they_say) {
  const Truth truth{1.2, 0.8};
  int sigma = 0;
  int tau = 0;
  constexpr int kRounds = 24;
  for (int i = 0; i < kRounds; ++i) {
    base::Rng rng(8, static_cast<std::uint64_t>(i));
    const DifficultyFit fit = fit_trials(draw_trials(truth, 3, 120, 4, rng));
    sigma += fit.sigma.low <= truth.sigma && truth.sigma <= fit.sigma.high ? 1 : 0;
    tau += fit.tau.low <= truth.tau && truth.tau <= fit.tau.high ? 1 : 0;
  }
  EXPECT_GE(sigma, 20);  // 95 % of 24 is 23; 19 or fewer have a probability below 1 %
  EXPECT_GE(tau, 20);
}

TEST(TrialsFit, one_model_tells_the_sum_of_the_squares_alone) {
  base::Rng rng(9);
  const DifficultyFit fit = fit_trials(draw_trials({1.2, 1.6}, 1, 800, 5, rng));
  EXPECT_EQ(fit.told, Told::kSum);
  EXPECT_NEAR(fit.sigma.value, 2, 0.25);
  EXPECT_EQ(fit.tau.value, 0);
}

TEST(TrialsFit, of_one_trial_each_what_suits_a_model_looks_like_luck) {
  base::Rng rng(10);
  const DifficultyFit fit = fit_trials(draw_trials({1, 1}, 4, 500, 1, rng));
  EXPECT_EQ(fit.told, Told::kNoTau);
  EXPECT_EQ(fit.tau.value, 0);
}

/// Second tries of every model and pair, drawn one by one.
std::vector<outcomes::RetryCounts> draw_pairs(const game::Difficulty& truth, base::Rng& rng) {
  std::vector<outcomes::RetryCounts> rows;
  const std::vector<double> skills = {-1.5, -0.5, 0.5, 1.5};
  const auto solves = [&](double logit) { return rng.uniform() < 1 / (1 + std::exp(-logit)); };
  for (std::size_t k = 0; k < skills.size(); ++k) {
    for (std::size_t next = 0; next < skills.size(); ++next) {
      outcomes::RetryCounts row{"m" + std::to_string(k), 8000, 0, 0, "m" + std::to_string(next)};
      for (int i = 0; i < 8000; ++i) {
        const double theta = truth.sigma * numeric::normal(rng);
        const double own = truth.tau * numeric::normal(rng);
        const double others = next == k ? own : truth.tau * numeric::normal(rng);
        const bool first = solves(skills[k] - theta + own);
        const bool second = first || solves(skills[next] - theta + others + truth.feedback);
        row.solved_first += first ? 1 : 0;
        row.solved_by_second += second ? 1 : 0;
      }
      rows.push_back(row);
    }
  }
  return rows;
}

TEST(SecondTriesFit, pairs_of_models_tell_difficulty_feedback_and_what_suits_a_model) {
  const game::Difficulty truth{1.2, 0.6, 1};
  int covered = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    base::Rng rng(12, i);
    const auto rows = draw_pairs(truth, rng);
    ASSERT_TRUE(has_pairs(rows));
    const DifficultyFit fit = fit_second_tries(evidence_of(rows));
    EXPECT_EQ(fit.told, Told::kBoth);
    covered += fit.sigma.low <= truth.sigma && truth.sigma <= fit.sigma.high ? 1 : 0;
    EXPECT_NEAR(fit.sigma.value, truth.sigma, 0.3);
    EXPECT_NEAR(fit.tau.value, truth.tau, 0.4);
    EXPECT_NEAR(fit.feedback.value, truth.feedback, 0.3);
    EXPECT_EQ(fit.models.size(), 16U);
  }
  EXPECT_GE(covered, 3);  // 2 or fewer of four have a probability of 1.4 %
}

TEST(SecondTriesFit, without_a_retry_of_the_same_model_no_tau_is_told) {
  const std::vector<outcomes::RetryCounts> rows = {{"a", 1000, 400, 500, "b"},
                                                   {"b", 1000, 600, 700, "a"}};
  const DifficultyFit fit = fit_second_tries(evidence_of(rows));
  EXPECT_EQ(fit.told, Told::kNoTau);
  EXPECT_EQ(fit.tau.value, 0);
  EXPECT_EQ(fit.models[0].model, "a, then b");
}

TEST(SecondTriesFit, climbs_on_where_the_first_step_is_too_long_and_points_downhill) {
  // examples/second-tries.csv: most pairs solve more than the feedback of the start, 1, lets them.
  const std::vector<outcomes::RetryCounts> rows = {
      {"a", 800, 302, 456, "a"}, {"a", 800, 282, 629, "b"}, {"a", 800, 276, 579, "c"},
      {"b", 800, 503, 567, "a"}, {"b", 800, 482, 659, "b"}, {"b", 800, 484, 575, "c"},
      {"c", 800, 424, 538, "a"}, {"c", 800, 427, 708, "b"}, {"c", 800, 421, 632, "c"}};
  const DifficultyFit fit = fit_second_tries(evidence_of(rows));
  double off = 0;  // at a maximum in feedback, what is fitted is right on the whole
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const double tries = rows[r].cases - rows[r].solved_first;
    off += tries * (*fit.models[r].observed - fit.models[r].fitted);
  }
  EXPECT_LT(std::abs(off), 20);  // of 3,600 tries; 230 at the start
}

TEST(HeldOut, fit_of_both_spreads_forecasts_retries_as_well_as_the_tasks_themselves) {
  base::Rng rng(11);
  const auto counts = draw_trials({1.5, 1.2}, 4, 600, 6, rng);
  const Forecasts forecasts = forecast_held_out(counts, 1);
  const ForecastLoss& fit = *forecasts.by(Forecaster::kFit);
  const ForecastLoss& outcomes = *forecasts.by(Forecaster::kOutcomes);
  EXPECT_LT(fit.same, 1.01 * outcomes.same);
  EXPECT_LT(fit.other, 1.01 * outcomes.other);
  EXPECT_LT(fit.same, forecasts.by(Forecaster::kDifficulty)->same);
  EXPECT_LT(forecasts.by(Forecaster::kDifficulty)->same,
            forecasts.by(Forecaster::kIndependent)->same);
  EXPECT_GT(forecasts.tries.same, 0);
}

TEST(HeldOut, tries_are_those_of_trials_in_any_order) {
  // Of four trials with one success, two fail first in half of the orders; then one of two succeeds.
  const auto evidence = evidence_of(outcomes::TrialCounts{{"a", "b"}, {{4, 1}}, {{1, 1}}});
  for (const Retries& r : evidence.retries) {
    if (r.failed != 0 || r.failures != 2) continue;
    EXPECT_DOUBLE_EQ(r.tries, 0.5);
    EXPECT_DOUBLE_EQ(r.solved, r.model == 0 ? 0.25 : 0.5);
  }
  EXPECT_EQ(tries_of(evidence).same, 0.75 + 0.5 + 0.25);
}

TEST(HeldOut, a_fit_that_does_not_carry_over_loses_to_the_tables_own) {
  const outcomes::RetryTable other = std::vector<outcomes::RetryCounts>{{"m", 1000, 400, 430}};
  const game::Difficulty helpful{0.5, 2, 0};
  const game::Difficulty own = fit_retries(std::get<0>(other)).difficulty();
  const Forecasts check = forecast_other(helpful, std::nullopt, own, other);
  EXPECT_GT(check.by(Forecaster::kFit)->same, check.by(Forecaster::kIndependent)->same);
  EXPECT_LT(check.by(Forecaster::kOwnFit)->same, check.by(Forecaster::kIndependent)->same);
}

}  // namespace
}  // namespace turnout::estimation
