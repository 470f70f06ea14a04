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
  double suits = 0;            ///< tau^2, of what makes a task suit one model better than others
  /// @returns p(h) of equation (21) by Rasch's model: success of the last attempt of a path (at
  ///   least one model, numbered below skills.size()), given that those before failed.
  ///   docs/theory.md, section 12. Within 1e-6 for sigma <= 3, with tau within 1e-4 for sigma <= 3
  ///   and tau <= 1.5; NaN if a skill is. Cost: a logistic for each attempt and each of 35 nodes of
  ///   difficulty, with tau 17 times 23.
  [[nodiscard]] double success(std::span<const std::size_t> path) const;
};

/// A model with the uncertainty of its numbers.
struct FittedAttempts {
  AttemptModel model;
  /// numbers that were fitted: skills by model, then sigma^2, then delta, then tau^2
  std::vector<std::size_t> free;
  numeric::SymmetricMatrix covariance{0};  ///< of them
  double misfit = 0;                       ///< chi-square
  /// @param number  as in `free`
  /// @returns the standard error of one number, the root of its variance: Wald's. 0 if it was not
  ///   fitted. docs/theory.md, section 19.
  [[nodiscard]] double error(std::size_t number) const;
  /// @returns a model drawn from the normal with this mean and covariance, by Cholesky's factor;
  ///   sigma^2 and tau^2 at least 0; the mean itself if the covariance is not positive definite.
  ///   docs/theory.md, section 19.
  [[nodiscard]] AttemptModel draw(base::Rng& rng) const;
};

struct AttemptFit {
  FittedAttempts full;         ///< skills, sigma^2 and delta
  FittedAttempts independent;  ///< skills only
  bool feedback_assumed =
      false;  ///< the rates do not tell feedback from difficulty: it was taken to be 0
  /// Whether tau was fitted: second attempts by the model that failed and by another one differ so
  /// that tau = 0 fits worse by a chi-square above 3.84. Else it was taken to be 0.
  bool tells_tau = false;
  std::size_t rates = 0;  ///< paths fitted
  /// @returns by how much independent attempts fit worse, >= 0: the chi-square of the test that
  ///   sigma = delta = tau = 0, with degrees_of_freedom() where that holds. docs/theory.md,
  ///   section 19.
  [[nodiscard]] double independent_chi_square() const;
  [[nodiscard]] double degrees_of_freedom() const {
    return (feedback_assumed ? 1 : 2) + (tells_tau ? 1 : 0);
  }
};

/// @returns Rasch's model with feedback, and tau where the rates tell it, by iterated weighted least
///   squares of e alpha (Gauss and Newton's steps, halved while they make it worse), which is
///   maximum likelihood to first order; weights from the binomial variances of e and alpha at the
///   fitted success. docs/theory.md, section 19, equation (21). Nothing if no path of two models has
///   all of them at some path's end, or if the rates do not tell the skills apart. Intervals are
///   Wald's on sigma^2, tau^2 and delta; sigma^2 and tau^2 are kept >= 0. Ends when a step makes the
///   fit better by less than a part in 1e10, after 60 steps at most.
/// @param all_rates  with passes and told > 0; success() in [0, 1]
/// @param models  how many there are; paths name them from 0
/// Cost: in each step, for each rate and number, one AttemptModel::success().
std::optional<AttemptFit> fit_attempts(const std::vector<AttemptRate>& all_rates,
                                       std::size_t models);

}  // namespace turnout::estimation
