#pragma once

#include <cstddef>
#include <vector>

#include "turnout/numeric/cholesky.h"
#include "turnout/numeric/interval.h"

/// Numbers that were each measured with a known error and may differ among themselves.
namespace turnout::numeric {

struct RandomEffects {
  double mean = 0;
  /// Of the effects around their mean: by restricted maximum likelihood; its interval is where the
  /// log likelihood falls by 1.92 (Wilks 1938).
  Interval spread;
  double likelihood_ratio = 0;    ///< 2 (log L(spread) - log L(0)), >= 0
  std::vector<Interval> effects;  ///< of each measurement: posterior mean, 2.5 and 97.5 % quantiles
  /// Of a likelihood ratio at least so great if the effects are all alike: half of chi-square's
  /// with one degree of freedom, as the spread is at the end of its range (Self and Liang 1987).
  [[nodiscard]] double p_value() const;
};

/// What the effects may be if measurements and their errors are known up to some numbers: a mixture
/// over values of these, and for each over 40 values of the spread.
class EffectsMixture {
 public:
  /// Adds one value of the numbers that are not known.
  /// @param measured, errors  at this value, as random_effects() has them
  /// @param log_weight        of the value's prior, and of the step from data to `measured`
  /// @returns log of the weight that it gets: of the likelihood, summed over the spread
  double add(const std::vector<double>& measured, const SymmetricMatrix& errors, double widest,
             double log_weight);
  /// @returns posterior mean, 2.5 and 97.5 % quantiles by measurement; after add()
  [[nodiscard]] std::vector<Interval> intervals() const;

 private:
  struct Part {
    double mean = 0, deviation = 0, log_weight = 0;
  };
  std::vector<std::vector<Part>> parts_;  // by measurement
};

/// @returns mean, spread and effects of
///     measured_c = mean + effect_c + error_c,  effect_c ~ N(0, spread^2),  error ~ N(0, errors).
///   The effects' intervals take account of what is not known of mean and spread: flat priors, the
///   mean in closed form, the spread by a sum over 40 values (Gelman et al. 2013, Bayesian Data
///   Analysis, section 5.4). `effects` include the mean.
/// @param measured  two at least
/// @param errors    of as many, positive definite
/// @param widest    the spread is searched in [0, widest], > 0
/// Total. Cost: some 150 inverses of the matrix.
RandomEffects random_effects(const std::vector<double>& measured, const SymmetricMatrix& errors,
                             double widest);

}  // namespace turnout::numeric
