#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "turnout/numeric/change_point.h"

/// How likely a series is with steps and drifts: the likelihoods that change_point.h compares.
/// docs/theory.md, section 23.
namespace turnout::numeric {

using Vector = std::vector<double>;

inline constexpr double kSizeVariance = 0.3 * 0.3;  // prior of a step and of a drift over the whole
inline constexpr std::size_t kDegrees = 3;          // level, straight drift, parabola

/// @returns sum a_i b_i over the length of a.
double dot(std::span<const double> a, std::span<const double> b);
/// Takes `times` x `what` from `from`.
void subtract(std::span<double> from, double times, std::span<const double> what);
/// @returns ln of the sum of exp of some numbers, at least one, without overflow.
double log_sum(std::span<const double> logs);

/// The covariance of one sd and correlation, and all that does not depend on the values.
struct GridPoint {
  double correlation = 0, deviation = 0, log_prior = 0;
  Vector lower;  ///< Cholesky's L of the covariance, in rows of n
  double log_determinant = 0;
  std::vector<Vector> basis;  ///< orthonormal: level and covariates, then drift, then parabola
  std::array<double, kDegrees> log_information{};  ///< ln det X'X by degree of drift
  double drift_length = 0;
  std::vector<Vector> steps;  ///< what basis but drift and parabola leave of the step at each split
  Vector along_drift;         ///< the part along the drift, of each candidate
  std::array<Vector, 2> information;  ///< of each candidate's size, its inverse variance, by degree
  /// ln of what a candidate adds to the likelihood is dot^2 times this, and the constant.
  std::array<Vector, 2> gain, constant;
};

/// A step that may be there: for good, or gone again from `until` on.
struct Candidate {
  std::size_t at = 0, until = 0;  ///< by split; `until` is kNever for a step for good
  double log_share = 0;           ///< prior
};
inline constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

/// What values come to at one point of the grid.
struct Fitted {
  std::array<double, kDegrees> restricted{};  ///< ln of the REML likelihood, no step
  std::array<double, 2> with_step{};          ///< ln of the marginal likelihood, level and drift
  std::array<double, 2> plain{};              ///< ln of the likelihood at its maximum, no step
  double drift = 0;
  std::array<Vector, 2> dots;  ///< of each candidate with the values, by degree
};

/// The grid of sd and correlation, the steps that may be there, and how likely values are with each.
class StepLikelihood {
 public:
  /// @param series  must outlive it, as change_point.h has it
  /// @param known   steps that are there already, by index of the value after
  /// @param splits  where another one may be, at least one
  /// Cost: 91 n^3 for n values.
  StepLikelihood(const NoisySeries& series, std::vector<std::size_t> known,
                 std::vector<std::size_t> splits);

  /// Solves L x = column for the first n; the rest, the prior's rows, have unit variance already.
  void whiten(const GridPoint& point, Vector& column) const;
  /// Fits values, those of the prior's rows behind them, at every point of the grid.
  /// @param count  how many candidates, the first
  /// Cost: the grid's size x (n^2 + splits x n + count).
  void fit(const Vector& values, std::size_t count, std::vector<Fitted>& to) const;

  [[nodiscard]] std::size_t size() const { return n_; }         ///< values of the series
  [[nodiscard]] std::size_t rows() const { return rows_; }      ///< with those of the prior
  [[nodiscard]] std::size_t plain() const { return plain_; }    ///< columns but drift and parabola
  [[nodiscard]] std::size_t tested() const { return tested_; }  ///< of the candidates, the first
  [[nodiscard]] const std::vector<std::size_t>& splits() const { return splits_; }
  [[nodiscard]] const std::vector<Candidate>& candidates() const { return candidates_; }
  [[nodiscard]] const std::vector<GridPoint>& grid() const { return grid_; }

 private:
  /// Steps, and as long as none is known those that end: as likely before, all together. The tests
  /// look at those that begin and end at some kTestedEnds splits; only dates are sought among all.
  void list_candidates();
  void set_up_grid();
  void add_point(std::size_t correlation, double deviation);
  void decompose(GridPoint& point) const;
  [[nodiscard]] Vector step_column(std::size_t split) const;
  [[nodiscard]] Vector power_of_time(int power) const;
  [[nodiscard]] std::vector<Vector> base_columns() const;
  /// Gram and Schmidt, twice for accuracy. A column that the others explain is left out, the same
  /// ones at every point of the grid.
  void make_basis(GridPoint& point);
  void make_steps(GridPoint& point) const;
  void add_candidate(const Candidate& c, GridPoint& point) const;
  void fit_point(const GridPoint& point, const Vector& white, std::size_t count, Fitted& to) const;
  void find_dots(const GridPoint& point, const Vector& white, std::size_t count, Fitted& to) const;
  /// ln of the mean over the candidates of how much likelier the values are with a step of a size
  /// drawn from its prior.
  [[nodiscard]] double log_gain(const GridPoint& point, const Vector& dots,
                                std::size_t degree) const;

  const NoisySeries& series_;
  std::vector<std::size_t> known_;
  std::size_t n_ = 0, rows_ = 0, plain_ = 0;
  std::vector<std::size_t> splits_;
  std::vector<Candidate> candidates_;
  std::size_t tested_ = 0;         // of them, the first
  std::vector<bool> independent_;  // of the columns of the design
  std::vector<GridPoint> grid_;
};

}  // namespace turnout::numeric
