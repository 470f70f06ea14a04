#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/profile_likelihood.h"
#include "turnout/game/task_types.h"
#include "turnout/outcomes/retry_counts.h"

/// How hard tasks differ and what feedback helps, from tables of retries. docs/theory.md, section
/// 15.
namespace turnout::estimation {

struct FittedModel {
  std::string model;
  double first_try = 0;  ///< p
  double skill = 0;      ///< logits; infinite for p = 1
  /// what the fit is judged by (DifficultyFit::judged_by); nothing without retries
  std::optional<double> observed;
  double fitted = 0;
};

/// What data tell of the two spreads. docs/theory.md, section 15, proves it.
enum class Told {
  kBoth,   ///< sigma and tau
  kSum,    ///< sigma^2 + tau^2: every retry was the same model's. sigma is the root of that, tau 0
  kNoTau,  ///< sigma for tau = 0: no model was tried twice, so that tau looks like luck
};

/// What was estimated, and how well it fits.
struct DifficultyFit {
  Told told = Told::kSum;
  Estimate sigma;
  Estimate tau;  ///< 0 unless both are told
  Estimate feedback;
  bool feedback_assumed_zero = false;  ///< the data are of tries without feedback
  std::string judged_by;  ///< "second try solves, given that the first failed" and the like
  std::vector<FittedModel> models;
  double log_likelihood_gain = 0;  ///< over independent draws (sigma = feedback = 0)
  double chi_square = 0;  ///< Pearson's, of observed against fitted; 0 where no counts are known
  std::size_t degrees_of_freedom = 0;
  std::size_t judged = 0;       ///< models that have retries to judge by
  double root_mean_square = 0;  ///< of observed - fitted over them

  [[nodiscard]] game::Difficulty difficulty() const {
    return {sigma.value, feedback.value, tau.value};
  }
};

/// Each of the fits ends early if it is cancelled, with a result that means nothing.
inline constexpr double kWidestSigma = 8;
inline constexpr double kMostFeedback = 6;

/// @returns both parameters by maximum likelihood of the second tries (binomial), skills from the
///   first tries, as docs/theory.md, section 15, has it; intervals where the profile likelihood
///   falls by 1.92 (Wilks 1938), or by more if models differ by more than chance: times chi-square
///   per degree of freedom, a quasi-likelihood (Wedderburn 1974). One model alone cannot tell
///   difficulty from feedback: its intervals say so.
/// @param rows  counts of cases; at least one model with a failed first try
/// Total. sigma is searched in [0, kWidestSigma], feedback in [-kMostFeedback, kMostFeedback]; ends
/// of intervals are within 1e-3. Cost: some thousand likelihoods, each a sum over rows and types.
DifficultyFit fit_retries(const std::vector<outcomes::RetryCounts>& rows,
                          const base::Cancellation& cancellation = {});

/// @returns sigma by least squares of pass^k = E[p^k], k = 2, 3, ..., skills from pass^1.
///   docs/theory.md, section 15. The interval is that of the percentiles of 400 resamples of rows
///   with the given seed (Efron 1979), on a grid of kWidestSigma / 160; the same for the same seed.
/// @param rows  shares in [0, 1]; at least one row with two powers
/// Total. Cost: 161 sums over types for each row and power.
DifficultyFit fit_pass_powers(const std::vector<outcomes::PassPowers>& rows, std::uint64_t seed,
                              const base::Cancellation& cancellation = {});

/// Fills in how many of the fit's models have something to be judged by, and the root mean square of
/// what is fitted less that.
void judge(DifficultyFit& fit);

}  // namespace turnout::estimation
