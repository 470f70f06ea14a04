#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/numeric/interval.h"

/// Whether a series whose values are autocorrelated has a step, drifts, or neither. docs/theory.md,
/// section 23.
namespace turnout::numeric {

/// Values in the order of time:
///   value = covariates * coefficients + level [+ drift] [+ steps] + e + noise,
/// e stationary AR(1) with unknown sd and correlation, noise independent with known variances.
struct NoisySeries {
  std::vector<double> times;      ///< whole numbers, increasing; gaps are allowed
  std::vector<double> values;     ///< of the size of a logarithm: a change is some tenths
  std::vector<double> variances;  ///< of the noise of each value, > 0
  std::vector<std::vector<double>> covariates;  ///< a row for each value; all of one length
  /// What else is known of the coefficients: prior_rows * coefficients = prior_values + N(0, 1).
  std::vector<std::vector<double>> prior_rows;
  std::vector<double> prior_values;
};

enum class ChangeShape : std::uint8_t {
  kNone,    ///< no change at this level
  kStep,    ///< a step; a smooth drift is rejected at this level
  kDrift,   ///< a change that a straight drift explains no worse than a step
  kEither,  ///< a change; a step explains it better, but a drift is not rejected
};

/// The value after a step, and the 95 % interval of which one it is.
struct DatedIndex {
  std::size_t at = 0, first = 0, last = 0;
};

struct StepTestResult {
  ChangeShape shape = ChangeShape::kNone;
  double p_change = 1;     ///< of neither step nor drift
  double p_step = 1;       ///< of no step, but a drift with a bend; 1 if p_change is over the level
  DatedIndex begins;       ///< of the likeliest step
  DatedIndex ends;         ///< where it is undone again; the number of values if it is not
  Interval step;           ///< its size; 95 %
  Interval drift;          ///< of a straight drift without a step, over the whole; 95 %
  double correlation = 0;  ///< of e from one unit of time to the next
  double deviation = 0;    ///< sd of e
};

struct StepTestOptions {
  double alpha = 0.05;             ///< in [0.001, 0.5]: level of both p-values
  std::uint64_t seed = 1;          ///< of the bootstrap
  std::vector<std::size_t> known;  ///< steps that are there already, by index of the value after
};

/// Fewest values on either side of a step, and between steps.
inline constexpr std::size_t kLeastBesideStep = 3;

/// Tests for one more change: a step, one that is undone again at least kLeastBesideStep values
/// later (only where no step is known), or a drift. Marginal likelihoods (coefficients and level integrated out, which is
/// Patterson and Thompson's REML 1971; sd and correlation on a grid, step and drift N(0, 0.3^2)) of
/// step or drift against neither; p-value by parametric bootstrap (Besag and Clifford 1991:
/// sequential), its sd and correlation drawn from their posterior. If it is at most alpha, step
/// against a parabola alike. Dates by inverted likelihood ratios (Eo and Morley 2015, 7.35).
/// @param series  at least 12 values
/// @returns nothing if `cancellation` stopped it or the design has no room for a step. The same for
///   the same seed. Cost for n values: 91 n^3 to set up, some 20 / alpha times 182 n^2 to draw.
std::optional<StepTestResult> test_for_step(const NoisySeries& series,
                                            const StepTestOptions& options,
                                            const base::Cancellation& cancellation = {});

/// @returns the size of one step, with its 95 % interval, beside the others that are known: Student's
///   quantile of the posterior's sd. Nothing of the choice of its date is in it.
/// @param at  index of the value after it, kLeastBesideStep from either end and from those known
Interval size_of_step(const NoisySeries& series, const std::vector<std::size_t>& known,
                      std::size_t at);

}  // namespace turnout::numeric
