#include "turnout/estimation/difficulty_fit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "turnout/base/rng.h"
#include "turnout/numeric/bisection.h"
#include "turnout/numeric/maximise.h"

namespace turnout::estimation {
namespace {

constexpr int kGrid = 33;

/// n log p counts as 0 where n is 0.
double term(double n, double p) { return n == 0 ? 0 : n * std::log(std::max(p, 1e-300)); }

double binomial_log(double successes, double trials, double p) {
  return term(successes, p) + term(trials - successes, 1 - p);
}

/// A model's success by type on its first and second attempt.
game::TaskTypes types_of(double first_try, double sigma, double feedback, std::size_t depth) {
  constexpr double kLeast = 1e-9;  // a share of 0 has no skill
  const std::vector<double> rate = {std::max(first_try, kLeast)};
  return game::TaskTypes::rasch(rate, {sigma, feedback}, depth);
}

double second_given_failed(double first_try, double sigma, double feedback) {
  const game::TaskTypes types = types_of(first_try, sigma, feedback, 2);
  return types.success_after(std::vector<std::size_t>{0}, 0);
}

double all_succeed(double first_try, double sigma, std::size_t tries) {
  const game::TaskTypes types = types_of(first_try, sigma, 0, 1);
  double share = 0;
  for (std::size_t i = 0; i < types.size(); ++i) {
    share += types.weights()[i] * std::pow(types.success(0, {})[i], static_cast<double>(tries));
  }
  return share;
}

struct Range {
  double low, high;
};

/// The part of a range around a maximum where a profile likelihood is at most `drop` lower.
Estimate interval(const numeric::Maximum& best, Range range, double drop,
                  const std::function<double(double)>& profile) {
  constexpr double kAccuracy = 1e-3;
  const auto inside = [&](double x) { return profile(x) >= best.value - drop; };
  Estimate e{best.at, range.low, range.high, false};
  if (inside(range.low)) {
    e.at_edge = range.low < 0;  // 0 is where sigma ends, not the search
  } else {
    e.low = numeric::bisect(best.at, range.low, inside, kAccuracy).same;
  }
  if (inside(range.high)) {
    e.at_edge = true;
  } else {
    e.high = numeric::bisect(best.at, range.high, inside, kAccuracy).same;
  }
  return e;
}

/// The models at one sigma: what is left after their first tries, for any feedback.
class FailedFirst {
 public:
  FailedFirst(const std::vector<outcomes::RetryCounts>& rows, double sigma) : rows_(rows) {
    for (const outcomes::RetryCounts& row : rows)
      types_.push_back(types_of(row.solved_first / row.cases, sigma, 0, 1));
  }

  /// @returns the log likelihood of the second tries
  [[nodiscard]] double log_likelihood(double feedback) const {
    const double odds = std::exp(feedback);
    double total = 0;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const double tries = rows_[r].cases - rows_[r].solved_first;
      if (tries <= 0) continue;
      const auto first = types_[r].success(0, {});
      double failed = 0;
      double solved = 0;
      for (std::size_t i = 0; i < first.size(); ++i) {
        const double open = types_[r].weights()[i] * (1 - first[i]);
        failed += open;
        solved += open * first[i] * odds /
                  (1 - first[i] + first[i] * odds);  // the logit moved by the feedback
      }
      total +=
          binomial_log(rows_[r].solved_by_second - rows_[r].solved_first, tries, solved / failed);
    }
    return total;
  }
  [[nodiscard]] numeric::Maximum best_feedback() const {
    return numeric::maximise(-kMostFeedback, kMostFeedback, kGrid,
                             [&](double d) { return log_likelihood(d); });
  }

 private:
  const std::vector<outcomes::RetryCounts>& rows_;
  std::vector<game::TaskTypes> types_;
};

double pass_power_error(const std::vector<const outcomes::PassPowers*>& rows, double sigma) {
  double squares = 0;
  for (const outcomes::PassPowers* row : rows) {
    for (std::size_t k = 2; k <= row->all_succeed.size(); ++k) {
      const double off = row->all_succeed[k - 1] - all_succeed(row->all_succeed[0], sigma, k);
      squares += off * off;
    }
  }
  return squares;
}

}  // namespace

void judge(DifficultyFit& fit) {
  double squares = 0;
  for (const FittedModel& m : fit.models) {
    if (!m.observed) continue;
    ++fit.judged;
    squares += (*m.observed - m.fitted) * (*m.observed - m.fitted);
  }
  if (fit.judged > 0) fit.root_mean_square = std::sqrt(squares / static_cast<double>(fit.judged));
}

DifficultyFit fit_retries(const std::vector<outcomes::RetryCounts>& rows,
                          const base::Cancellation& cancellation) {
  const auto by_sigma = [&](double s) {
    return cancellation.requested() ? 0 : FailedFirst(rows, s).best_feedback().value;
  };
  std::map<double, FailedFirst> at_sigma;  // the grid of sigma comes back for every feedback
  const auto by_feedback = [&](double d) {
    if (cancellation.requested()) return 0.0;
    return numeric::maximise(
               0, kWidestSigma, kGrid,
               [&](double s) {
                 return at_sigma.try_emplace(s, rows, s).first->second.log_likelihood(d);
               })
        .value;
  };
  const numeric::Maximum sigma = numeric::maximise(0, kWidestSigma, kGrid, by_sigma);
  const numeric::Maximum feedback = FailedFirst(rows, sigma.at).best_feedback();
  DifficultyFit fit;
  fit.judged_by = "the second try solves, given that the first failed";
  for (const outcomes::RetryCounts& row : rows) {
    const double failed = row.cases - row.solved_first;
    if (failed <= 0) continue;
    const double p = row.solved_first / row.cases;
    const double fitted = second_given_failed(p, sigma.at, feedback.at);
    const double solved = row.solved_by_second - row.solved_first;
    fit.models.push_back(
        {row.model, p, game::skill_of(std::max(p, 1e-9), sigma.at), solved / failed, fitted});
    const double variance = failed * fitted * (1 - fitted);
    if (variance > 0)
      fit.chi_square += (solved - failed * fitted) * (solved - failed * fitted) / variance;
  }
  fit.degrees_of_freedom = fit.models.size() > 2 ? fit.models.size() - 2 : 0;
  // Models differ by more than chance in what they make of feedback: quasi-likelihood widens the
  // intervals accordingly.
  const auto freedom = static_cast<double>(std::max<std::size_t>(fit.degrees_of_freedom, 1));
  const double drop = kWilksDrop * std::max(1.0, fit.chi_square / freedom);
  fit.sigma = interval(sigma, {0, kWidestSigma}, drop, by_sigma);
  fit.feedback = interval(feedback, {-kMostFeedback, kMostFeedback}, drop, by_feedback);
  fit.log_likelihood_gain = feedback.value - FailedFirst(rows, 0).log_likelihood(0);
  judge(fit);
  return fit;
}

DifficultyFit fit_pass_powers(const std::vector<outcomes::PassPowers>& rows, std::uint64_t seed,
                              const base::Cancellation& cancellation) {
  constexpr std::size_t kResamples = 400;
  constexpr int kCoarse = 17;
  const auto best = [](const std::vector<const outcomes::PassPowers*>& some, int points) {
    return numeric::maximise(0, kWidestSigma, points,
                             [&](double s) { return -pass_power_error(some, s); })
        .at;
  };
  std::vector<const outcomes::PassPowers*> all;
  for (const outcomes::PassPowers& row : rows) all.push_back(&row);
  // The error of every row at every sigma once; resamples only add them up.
  constexpr int kTable = 161;
  std::vector<std::vector<double>> error(rows.size(), std::vector<double>(kTable));
  const auto sigma_at = [](int i) { return kWidestSigma * i / (kTable - 1); };
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (int i = 0; i < kTable && !cancellation.requested(); ++i)
      error[r][static_cast<std::size_t>(i)] = pass_power_error({&rows[r]}, sigma_at(i));
  }
  std::vector<double> resampled;
  base::Rng rng(seed);
  for (std::size_t round = 0; round < kResamples; ++round) {
    if (cancellation.requested()) return {};
    std::vector<double> total(kTable, 0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& one = error[rng.next() % rows.size()];
      for (std::size_t j = 0; j < total.size(); ++j) total[j] += one[j];
    }
    resampled.push_back(
        sigma_at(static_cast<int>(std::min_element(total.begin(), total.end()) - total.begin())));
  }
  std::sort(resampled.begin(), resampled.end());
  DifficultyFit fit;
  fit.feedback_assumed_zero = true;
  const double sigma = best(all, kCoarse);
  const double low = std::min(sigma, resampled[kResamples / 40]);
  const double high = std::max(sigma, resampled[kResamples - 1 - kResamples / 40]);
  fit.sigma = {sigma, low, high, high >= kWidestSigma};
  fit.judged_by = "two tries both succeed (pass^2)";
  for (const outcomes::PassPowers& row : rows) {
    if (row.all_succeed.size() < 2) continue;
    const double p = row.all_succeed[0];
    fit.models.push_back({row.model, p, game::skill_of(std::max(p, 1e-9), sigma),
                          row.all_succeed[1], all_succeed(p, sigma, 2)});
  }
  judge(fit);
  return fit;
}

}  // namespace turnout::estimation
