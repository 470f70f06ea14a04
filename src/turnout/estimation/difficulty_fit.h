#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/game/task_types.h"
#include "turnout/numeric/interval.h"
#include "turnout/outcomes/retry_counts.h"

/// How hard tasks differ and what feedback helps, from tables of retries. docs/theory.md, section
/// 15.
namespace turnout::estimation {

struct Estimate : numeric::Interval {
  /// An end of the interval is an end of the range searched: the data do not bound it there.
  bool at_edge = false;
};

struct FittedModel {
  std::string model;
  double first_try = 0;  ///< p
  double skill = 0;      ///< logits; infinite for p = 1
  /// what the fit is judged by (DifficultyFit::judged_by); nothing without retries
  std::optional<double> observed;
  double fitted = 0;
};

/// What was estimated, and how well it fits.
struct DifficultyFit {
  Estimate sigma;
  Estimate feedback;
  bool feedback_assumed_zero = false;  ///< the data are of tries without feedback
  std::string judged_by;  ///< "second try solves, given that the first failed" and the like
  std::vector<FittedModel> models;
  double log_likelihood_gain = 0;  ///< over independent draws (sigma = feedback = 0)
  double chi_square = 0;  ///< Pearson's, of observed against fitted; 0 where no counts are known
  std::size_t degrees_of_freedom = 0;
  std::size_t judged = 0;       ///< models that have retries to judge by
  double root_mean_square = 0;  ///< of observed - fitted over them
};

inline constexpr double kWidestSigma = 8;
inline constexpr double kMostFeedback = 6;

/// Both parameters by maximum likelihood of the second tries (binomial), skills from the first
/// tries; intervals where the profile likelihood falls by 1.92, or by more if models differ by more
/// than chance (times chi-square per degree of freedom). One model alone cannot tell difficulty
/// from feedback: its intervals say so. Needs one model with a failed first try.
DifficultyFit fit_retries(const std::vector<outcomes::RetryCounts>& rows);

/// sigma by least squares of pass^2, pass^3, ..., skills from pass^1; interval by resampling rows
/// (percentiles of 400 resamples with the given seed). Needs one row with two powers.
DifficultyFit fit_pass_powers(const std::vector<outcomes::PassPowers>& rows, std::uint64_t seed);

/// sigma by marginal likelihood of all trials of a task, skills from the mean rates; interval where
/// it falls by 1.92. Needs some task with at least two trials, of one model or of two.
DifficultyFit fit_trials(const outcomes::TrialCounts& counts);

}  // namespace turnout::estimation
