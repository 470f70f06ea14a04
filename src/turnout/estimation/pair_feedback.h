#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/difficulty_fit.h"
#include "turnout/estimation/retry_evidence.h"
#include "turnout/numeric/interval.h"

/// Whether a failed attempt is worth more to one model than to another. docs/theory.md, section 15.
namespace turnout::estimation {

/// What a failure adds to the next attempt's logit, by who failed and who tries next.
struct FeedbackOfPair {
  std::string name;  ///< as name_of() has it
  double tries = 0;
  double solved = 0;
  numeric::Interval feedback;  ///< shrunk to the mean of all, whatever sigma and tau are
  numeric::Interval at_fit;    ///< the same at the fit's sigma and tau: goes with these
  double with_common = 0;      ///< how often the fit's one feedback lets a second try solve
  double with_own = 0;         ///< how often this one does
};

struct PairFeedback {
  bool other_models =
      false;  ///< some are pairs of two models; else each is one model's second tries
  std::vector<FeedbackOfPair> pairs;
  double mean = 0;
  numeric::Interval spread;  ///< standard deviation of the pairs' true feedback around the mean
  double likelihood_ratio = 0;
  double p_value = 1;   ///< of a likelihood ratio at least so great if all had the same feedback
  double constant = 0;  ///< the share of all second tries that solve
  std::size_t left_out = 0;  ///< pairs beyond kMostPairs

  /// Whether the pairs differ at the level of 5 %.
  [[nodiscard]] bool told_apart() const;
  /// @returns the feedback of the first pair of that name, if there is one
  [[nodiscard]] std::optional<double> of(const std::string& name) const;
  /// What the one feedback that plans take gets wrong: root mean square over all tries of
  /// with_common less with_own.
  [[nodiscard]] double error_of_common() const;
};

/// Fewer pairs tell no spread; the most that are fitted are those with the most tries.
inline constexpr std::size_t kFewestPairs = 3;
inline constexpr std::size_t kMostPairs = 100;

/// @returns feedback by pair, d_c ~ N(mean, spread^2), from what each pair shows by itself
///   (measured_feedback.h) by numeric/random_effects.h. Mean, spread, their test and `at_fit` are
///   at the fit's sigma and tau; `feedback` is over all values of these in [0, kWidestSigma],
///   priors half-normal with deviation 3.
///   Nothing where there is no feedback, where fewer than kFewestPairs have tries, or where
///   cancelled.
/// @param evidence  of a table of second tries
/// @param fit       of the same table, by fit_retries() or fit_second_tries()
/// Total. Cost: 40 measurements of each pair and 1,700 inverses of a matrix of pairs; 130 and 5,000
/// where sigma and tau are told apart. A second for 50 pairs.
std::optional<PairFeedback> feedback_by_pair(const RetryEvidence& evidence,
                                             const DifficultyFit& fit,
                                             const base::Cancellation& cancellation = {});

/// @returns P(a second try solves | the first failed) with this feedback in place of the
///   difficulty's
double second_try_solves(const RetryEvidence& evidence, const Retries& retries,
                         const game::Difficulty& difficulty, double feedback);

}  // namespace turnout::estimation
