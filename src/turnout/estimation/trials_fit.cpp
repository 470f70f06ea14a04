#include "turnout/estimation/trials_fit.h"

#include <array>
#include <utility>
#include <vector>

#include "turnout/estimation/profile_likelihood.h"
#include "turnout/estimation/retry_evidence.h"
#include "turnout/estimation/trials_likelihood.h"

namespace turnout::estimation {
namespace {

/// The likelihood over (sigma, tau).
ProfileLikelihood surface(const TrialsLikelihood& likelihood, bool with_tau,
                          const base::Cancellation& cancellation) {
  return {[&likelihood](const std::vector<double>& x) { return likelihood(x[0], x[1]); },
          {{0, kWidestSpread, true, false}, {0, kWidestSpread, true, !with_tau}},
          cancellation};
}

/// A coarse grid, from which the best maximum is the nearest.
std::vector<std::vector<double>> starts(bool with_tau) {
  constexpr auto kCoarse = std::to_array({0.25, 1.0, 2.5, 6.0});
  std::vector<std::vector<double>> all;
  for (const double sigma : kCoarse) {
    for (const double tau : kCoarse) {
      all.push_back({sigma, tau});
      if (!with_tau) break;
    }
  }
  return all;
}

/// What each model's second trials were like and should have been.
void add_models(DifficultyFit& fit, const outcomes::TrialCounts& counts,
                const game::Difficulty& difficulty) {
  const RetryEvidence evidence = evidence_of(counts);
  for (std::size_t k = 0; k < evidence.models.size(); ++k) {
    const double rate = evidence.first_try[k];
    const auto types = game::TaskTypes::rasch(std::vector{rate}, difficulty, 2);
    FittedModel model{evidence.models[k],
                      rate,
                      game::skill_of(rate, difficulty.spread()),
                      {},
                      types.success_after(std::vector<std::size_t>{0}, 0)};
    for (const Retries& r : evidence.retries) {
      if (r.failed == k && r.model == k && r.failures == 1) model.observed = r.solved / r.tries;
    }
    fit.models.push_back(std::move(model));
  }
  judge(fit);
}

Told told_by(const TrialsLikelihood& likelihood) {
  if (!likelihood.has_second_models()) return Told::kSum;
  return likelihood.has_second_trials() ? Told::kBoth : Told::kNoTau;
}

}  // namespace

DifficultyFit fit_trials(const outcomes::TrialCounts& counts,
                         const base::Cancellation& cancellation) {
  const TrialsLikelihood likelihood(counts);
  DifficultyFit fit;
  fit.told = told_by(likelihood);
  const bool with_tau = fit.told == Told::kBoth;
  fit.feedback_assumed_zero = true;
  const ProfileLikelihood profile = surface(likelihood, with_tau, cancellation);
  const numeric::Summit peak = profile.best(starts(with_tau));
  fit.sigma = profile.interval(peak, 0);
  if (with_tau) fit.tau = profile.interval(peak, 1);
  fit.log_likelihood_gain = peak.value - likelihood(0, 0);
  fit.judged_by = "a second trial solves, given that the first failed";
  add_models(fit, counts, fit.difficulty());
  return fit;
}

game::Difficulty most_likely(const outcomes::TrialCounts& counts, bool with_tau,
                             const base::Cancellation& cancellation) {
  const TrialsLikelihood likelihood(counts);
  with_tau = with_tau && told_by(likelihood) == Told::kBoth;
  const auto peak = surface(likelihood, with_tau, cancellation).best(starts(with_tau));
  return {peak.at[0], 0, peak.at[1]};
}

}  // namespace turnout::estimation
