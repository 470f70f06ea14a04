#pragma once

#include <vector>

#include "turnout/estimation/retry_evidence.h"
#include "turnout/numeric/cholesky.h"

/// The feedback that each pair of models shows by itself, and its error. docs/theory.md, section
/// 15.
namespace turnout::estimation {

/// A count with half a case more on each side: its logit is nearly unbiased, with a variance of
/// nearly 1/solved + 1/failed (Gart and Zweifel 1967).
struct SmoothedCount {
  double solved = 0, failed = 0;
  [[nodiscard]] double logit() const;
  [[nodiscard]] double variance() const { return 1 / solved + 1 / failed; }
};
SmoothedCount smoothed(double solved, double tries);

/// Feedback in logits by pair at one sigma and tau.
struct MeasuredFeedback {
  std::vector<double> feedback;
  numeric::SymmetricMatrix errors;  ///< covariance
  /// Log of the density of these numbers over that of the logits of second tries that they come
  /// from.
  double log_density_step = 0;
};

/// @returns for each pair the feedback at which a second try is predicted to solve as often as was
///   counted, within 1e-6 or at -12 or 12. Its errors are, to first order, those of the second
///   tries and of the first tries that tell the skills, in common to pairs that share a model.
/// @param retries     some tries each
/// @param first_tries by model of the evidence that the retries are of
/// @param sigma, tau  in [0, kWidestSigma]
/// Total. Cost: some 10 sums over 70 difficulties for each pair; of two models with tau > 0, over
/// 5,000 pairs of difficulty and effect.
MeasuredFeedback measure_feedback(const std::vector<Retries>& retries,
                                  const std::vector<SmoothedCount>& first_tries, double sigma,
                                  double tau);

}  // namespace turnout::estimation
