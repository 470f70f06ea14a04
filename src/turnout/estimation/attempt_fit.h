#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/numeric/cholesky.h"

/// Difficulty and feedback from the success rates of first and later attempts. docs/theory.md,
/// section 19.
namespace turnout::estimation {

/// How often the attempt that ends a path of models succeeds, given that all before it failed.
struct AttemptRate {
  std::vector<std::size_t> path;  ///< models of attempts 1, 2, ...
  double ends = 0;                ///< e, share of the passes that were not re-prompted
  double passes = 0;              ///< the number that e is of
  double solved = 0;              ///< alpha, share of the ends that were solved, from feedback
  double told = 0;                ///< the number of ends with feedback that alpha is of
  [[nodiscard]] double success() const { return ends * solved; }
};

/// Rasch's model with feedback (game/task_types.h) with numbers for all paths.
struct AttemptModel {
  std::vector<double> skills;  ///< logits, by model; NaN for one that the rates do not tell
  double variance = 0;         ///< sigma^2
  double feedback = 0;         ///< delta
  /// Success of a path's last attempt, given that those before failed. Within 1e-6 for sigma <= 3;
  /// NaN if a skill is.
  [[nodiscard]] double success(std::span<const std::size_t> path) const;
};

/// A model with the uncertainty of its numbers.
struct FittedAttempts {
  AttemptModel model;
  /// numbers that were fitted: skills by model, then sigma^2, then delta
  std::vector<std::size_t> free;
  numeric::SymmetricMatrix covariance{0};  ///< of them
  double misfit = 0;                       ///< chi-square
  /// Standard error of one number; 0 if it was not fitted.
  [[nodiscard]] double error(std::size_t number) const;
  /// A model drawn from the normal with this mean and covariance; sigma^2 at least 0.
  [[nodiscard]] AttemptModel draw(base::Rng& rng) const;
};

struct AttemptFit {
  FittedAttempts full;         ///< skills, sigma^2 and delta
  FittedAttempts independent;  ///< skills only
  bool feedback_assumed =
      false;              ///< the rates do not tell feedback from difficulty: it was taken to be 0
  std::size_t rates = 0;  ///< paths fitted
  /// By how much independent attempts fit worse, and the degrees of freedom of that.
  [[nodiscard]] double independent_chi_square() const;
  [[nodiscard]] double degrees_of_freedom() const { return feedback_assumed ? 1 : 2; }
};

/// @returns the Rasch model with feedback by iterated weighted least squares of e alpha, which is
///   maximum likelihood to first order; nothing if no path has two models. Intervals are Wald's on
///   sigma^2 and delta; sigma^2 is kept >= 0.
/// @param models  how many there are
std::optional<AttemptFit> fit_attempts(const std::vector<AttemptRate>& all_rates,
                                       std::size_t models);

}  // namespace turnout::estimation
