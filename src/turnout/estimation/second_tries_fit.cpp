#include "turnout/estimation/second_tries_fit.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "turnout/estimation/profile_likelihood.h"

namespace turnout::estimation {
namespace {

game::TaskTypes types_of(const RetryEvidence& evidence, const std::vector<double>& x) {
  return game::TaskTypes::rasch(evidence.first_try, {x[0], x[2], x[1]}, 2);
}

double expected(const game::TaskTypes& types, const Retries& r) {
  return types.success_after(std::vector<std::size_t>{r.failed}, r.model);
}

double log_likelihood(const RetryEvidence& evidence, const std::vector<double>& x) {
  constexpr double kLeast = 1e-300;
  const game::TaskTypes types = types_of(evidence, x);
  double total = 0;
  for (const Retries& r : evidence.retries) {
    const double p = expected(types, r);
    if (r.solved > 0) total += r.solved * std::log(std::max(p, kLeast));
    if (r.solved < r.tries) total += (r.tries - r.solved) * std::log(std::max(1 - p, kLeast));
  }
  return total;
}

void add_pairs(DifficultyFit& fit, const RetryEvidence& evidence, const std::vector<double>& x) {
  const game::TaskTypes types = types_of(evidence, x);
  for (const Retries& r : evidence.retries) {
    const double fitted = expected(types, r);
    const double rate = evidence.first_try[r.failed];
    fit.models.push_back({name_of(evidence, r), rate,
                          game::skill_of(rate, fit.difficulty().spread()), r.solved / r.tries,
                          fitted});
    const double variance = r.tries * fitted * (1 - fitted);
    const double off = r.solved - r.tries * fitted;
    if (variance > 0) fit.chi_square += off * off / variance;
  }
  judge(fit);
}

std::vector<std::vector<double>> starts(bool with_tau) {
  std::vector<std::vector<double>> all;
  for (const double sigma : {0.25, 1.0, 2.5}) {
    for (const double tau : {0.25, 1.0, 2.5}) {
      for (const double feedback : {-1.0, 0.0, 1.0}) all.push_back({sigma, tau, feedback});
      if (!with_tau) break;
    }
  }
  return all;
}

}  // namespace

DifficultyFit fit_second_tries(const RetryEvidence& evidence,
                               const base::Cancellation& cancellation) {
  const bool with_tau = tries_of(evidence).same > 0;
  const ProfileLikelihood profile(
      [&](const std::vector<double>& x) { return log_likelihood(evidence, x); },
      {{0, kWidestSigma, true, false},
       {0, kWidestSigma, true, !with_tau},
       {-kMostFeedback, kMostFeedback, false, false}},
      cancellation);
  const numeric::Summit peak = profile.best(starts(with_tau));
  DifficultyFit fit;
  fit.told = with_tau ? Told::kBoth : Told::kNoTau;
  fit.judged_by = "the second try solves, given that the first failed";
  fit.sigma.value = peak.at[0];
  fit.tau.value = peak.at[1];
  fit.feedback.value = peak.at[2];
  add_pairs(fit, evidence, peak.at);
  const std::size_t numbers = with_tau ? 3 : 2;
  fit.degrees_of_freedom = fit.models.size() > numbers ? fit.models.size() - numbers : 0;
  // Pairs differ by more than chance: quasi-likelihood, as in fit_retries().
  const auto freedom = static_cast<double>(std::max<std::size_t>(fit.degrees_of_freedom, 1));
  const double drop = kWilksDrop * std::max(1.0, fit.chi_square / freedom);
  fit.sigma = profile.interval(peak, 0, drop);
  if (with_tau) fit.tau = profile.interval(peak, 1, drop);
  fit.feedback = profile.interval(peak, 2, drop);
  fit.log_likelihood_gain = peak.value - log_likelihood(evidence, {0, 0, 0});
  return fit;
}

}  // namespace turnout::estimation
