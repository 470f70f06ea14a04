#include "turnout/numeric/random_effects.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "turnout/numeric/bisection.h"
#include "turnout/numeric/chi_square.h"
#include "turnout/numeric/maximise.h"
#include "turnout/numeric/normal.h"

namespace turnout::numeric {
namespace {

constexpr double kWilksDrop = 1.920729410347062;

/// All that follows from one value of the spread.
struct GivenSpread {
  double log_likelihood = -std::numeric_limits<double>::infinity();
  double mean = 0;
  double mean_variance = 0;
  std::vector<double> row_sums;  ///< of the inverse of the measurements' covariance
  std::optional<SymmetricMatrix> inverse;
};

GivenSpread given_spread(const std::vector<double>& measured, SymmetricMatrix covariance,
                         double spread) {
  const std::size_t n = measured.size();
  for (std::size_t i = 0; i < n; ++i) covariance.at(i, i) += spread * spread;
  GivenSpread given;
  const auto root = cholesky(covariance);
  given.inverse = inverse(covariance);
  if (!root || !given.inverse) return given;
  given.row_sums.assign(n, 0);
  double precision = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) given.row_sums[i] += given.inverse->at(i, j);
    precision += given.row_sums[i];
    weighted += given.row_sums[i] * measured[i];
  }
  given.mean = weighted / precision;
  given.mean_variance = 1 / precision;
  double log_likelihood = -std::log(precision) / 2;
  for (std::size_t i = 0; i < n; ++i) {
    log_likelihood -= std::log(root->at(i, i));
    for (std::size_t j = 0; j < n; ++j) {
      log_likelihood -=
          (measured[i] - given.mean) * given.inverse->at(i, j) * (measured[j] - given.mean) / 2;
    }
  }
  given.log_likelihood = log_likelihood;
  return given;
}

struct Normal {
  double mean = 0, deviation = 0, weight = 0;
};

/// Effects given the spread: measured effects shrunk to the mean, with the mean's own error.
std::vector<Normal> effects_given(const GivenSpread& given, const std::vector<double>& measured,
                                  double spread, double weight) {
  const double square = spread * spread;
  std::vector<Normal> effects;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    double moved = 0;
    for (std::size_t j = 0; j < measured.size(); ++j)
      moved += given.inverse->at(i, j) * (measured[j] - given.mean);
    const double by_mean = 1 - square * given.row_sums[i];
    const double variance = square - square * square * given.inverse->at(i, i) +
                            by_mean * by_mean * given.mean_variance;
    effects.push_back({given.mean + square * moved, std::sqrt(std::max(variance, 1e-300)), weight});
  }
  return effects;
}

double quantile(const std::vector<Normal>& mixture, double share) {
  constexpr double kFar = 9;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double total = 0;
  for (const Normal& part : mixture) {
    low = std::min(low, part.mean - kFar * part.deviation);
    high = std::max(high, part.mean + kFar * part.deviation);
    total += part.weight;
  }
  constexpr int kHalvings = 50;
  for (int step = 0; step < kHalvings; ++step) {
    const double middle = (low + high) / 2;
    double above = 0;
    for (const Normal& part : mixture)
      above += part.weight * normal_above((middle - part.mean) / part.deviation);
    (above > (1 - share) * total ? low : high) = middle;
  }
  return (low + high) / 2;
}

Interval interval_of(const std::vector<Normal>& mixture) {
  double total = 0;
  double mean = 0;
  for (const Normal& part : mixture) {
    total += part.weight;
    mean += part.weight * part.mean;
  }
  constexpr double kTail = 0.025;
  return {mean / total, quantile(mixture, kTail), quantile(mixture, 1 - kTail)};
}

/// Effects by measurement, each a mixture over values of the spread that are denser towards 0.
std::vector<std::vector<Normal>> effects_of(const std::vector<double>& measured,
                                            const SymmetricMatrix& errors, double widest,
                                            double most) {
  constexpr int kValues = 80;
  std::vector<std::vector<Normal>> by_measurement(measured.size());
  for (int value = 0; value < kValues; ++value) {
    const double root = (value + 0.5) / kValues;
    const double spread = widest * root * root;
    const GivenSpread given = given_spread(measured, errors, spread);
    const double weight = root * std::exp(given.log_likelihood - most);
    if (!(weight > 0)) continue;
    const auto effects = effects_given(given, measured, spread, weight);
    for (std::size_t i = 0; i < effects.size(); ++i) by_measurement[i].push_back(effects[i]);
  }
  return by_measurement;
}

}  // namespace

double RandomEffects::p_value() const {
  return likelihood_ratio > 0 ? chi_square_above(likelihood_ratio, 1) / 2 : 1;
}

RandomEffects random_effects(const std::vector<double>& measured, const SymmetricMatrix& errors,
                             double widest) {
  constexpr int kGrid = 33;
  constexpr double kAccuracy = 1e-3;
  const auto log_likelihood = [&](double spread) {
    return given_spread(measured, errors, spread).log_likelihood;
  };
  const Maximum best = maximise(0, widest, kGrid, log_likelihood);
  const auto likely = [&](double spread) {
    return log_likelihood(spread) >= best.value - kWilksDrop;
  };
  RandomEffects found;
  found.mean = given_spread(measured, errors, best.at).mean;
  found.spread = {best.at, 0, widest};
  if (!likely(0)) found.spread.low = bisect(best.at, 0, likely, kAccuracy).same;
  if (!likely(widest)) found.spread.high = bisect(best.at, widest, likely, kAccuracy).same;
  found.likelihood_ratio = std::max(0.0, 2 * (best.value - log_likelihood(0)));
  for (const auto& mixture : effects_of(measured, errors, widest, best.value))
    found.effects.push_back(interval_of(mixture));
  return found;
}

}  // namespace turnout::numeric
