#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/game/task_types.h"

/// What a model's own failures tell of how well it suits a task, where they tell the same in any order.
/// docs/theory.md, section 12, (18b).
namespace turnout::game {

/// @returns E[p g^m] / E[g^m] for m = 0, ..., depth - 1 rejected attempts of the same model, with p =
///   1 / (1 + exp(-u - tau X)), X ~ N(0, 1), and g = right p + wrong (1 - p) the probability of a
///   rejection: [i * depth + m] for the logit u that is logits[i]. Where none can happen, what held
///   before. Accuracy: E[p g^m] that of numeric::logistic_nodes(); the quotient less if that is tiny.
/// @param logits  skill - theta, finite
/// Cost: some 0.1 us for each logit and number of attempts.
std::vector<double> success_after_own_failures(std::span<const double> logits, double tau,
                                               const Rejections& rejected, std::size_t depth);

/// The same by interpolation, for many games that have tau and the rejections in common, whatever
/// their skills and sigma are: it is one function of u. Immutable.
class OwnFailureTable {
 public:
  /// Logits from -reach to reach. Cost: 32 x reach logits of success_after_own_failures(), 128 x
  ///   reach where users reject right answers.
  OwnFailureTable(double tau, const Rejections& rejected, std::size_t depth, double reach);

  /// Whether it is the table for these numbers, and has these logits.
  [[nodiscard]] bool fits(double tau, const Rejections& rejected, std::size_t depth,
                          std::span<const double> logits) const;
  /// @returns success_after_own_failures(), with an error of at most 1e-11, by polynomials of degree
  ///   11 through neighbouring logits; 1e-8 where users reject right answers and depth exceeds 24.
  ///   Cost: some 2 ns for each logit and number of attempts.
  /// @param logits  that it has
  [[nodiscard]] std::vector<double> at(std::span<const double> logits) const;

 private:
  double tau_;
  Rejections rejected_;
  std::size_t depth_;
  double reach_;
  std::vector<double> success_;  ///< [i * depth + m], i from left of -reach to right of reach
};

}  // namespace turnout::game
