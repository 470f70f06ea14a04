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
  double mean = 0, deviation = 0;
};

/// The effect of measurement i: the measured one shrunk to the mean, which has its own error.
Normal effect_given(const GivenSpread& given, const std::vector<double>& measured, double spread,
                    std::size_t i) {
  const double square = spread * spread;
  double moved = 0;
  for (std::size_t j = 0; j < measured.size(); ++j)
    moved += given.inverse->at(i, j) * (measured[j] - given.mean);
  const double by_mean = 1 - square * given.row_sums[i];
  const double variance =
      square - square * square * given.inverse->at(i, i) + by_mean * by_mean * given.mean_variance;
  return {given.mean + square * moved, std::sqrt(std::max(variance, 1e-300))};
}

struct Weighted : Normal {
  double weight = 0;
};

double quantile(const std::vector<Weighted>& mixture, double share) {
  constexpr double kFar = 9;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Weighted& part : mixture) {
    low = std::min(low, part.mean - kFar * part.deviation);
    high = std::max(high, part.mean + kFar * part.deviation);
  }
  constexpr int kHalvings = 40;
  for (int step = 0; step < kHalvings; ++step) {
    const double middle = (low + high) / 2;
    double above = 0;
    for (const Weighted& part : mixture)
      above += part.weight * normal_above((middle - part.mean) / part.deviation);
    (above > 1 - share ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double EffectsMixture::add(const std::vector<double>& measured, const SymmetricMatrix& errors,
                           double widest, double log_weight) {
  constexpr int kValues = 40;  // denser towards 0
  parts_.resize(measured.size());
  double total = -std::numeric_limits<double>::infinity();
  for (int value = 0; value < kValues; ++value) {
    const double root = (value + 0.5) / kValues;
    const double spread = widest * root * root;
    const GivenSpread given = given_spread(measured, errors, spread);
    const double weight = log_weight + given.log_likelihood + std::log(root);
    if (!std::isfinite(weight)) continue;
    const double more = std::max(total, weight);
    total = more + std::log(std::exp(total - more) + std::exp(weight - more));
    for (std::size_t i = 0; i < measured.size(); ++i) {
      const Normal effect = effect_given(given, measured, spread, i);
      parts_[i].push_back({effect.mean, effect.deviation, weight});
    }
  }
  return total;
}

std::vector<Interval> EffectsMixture::intervals() const {
  constexpr double kTail = 0.025;
  constexpr double kLeast = 1e-6;
  std::vector<Interval> intervals;
  for (const auto& parts : parts_) {
    double most = -std::numeric_limits<double>::infinity();
    for (const Part& part : parts) most = std::max(most, part.log_weight);
    double total = 0;
    for (const Part& part : parts) total += std::exp(part.log_weight - most);
    std::vector<Weighted> mixture;
    double mean = 0;
    for (const Part& part : parts) {
      const double weight = std::exp(part.log_weight - most) / total;
      mean += weight * part.mean;
      if (weight > kLeast) mixture.push_back({{part.mean, part.deviation}, weight});
    }
    intervals.push_back({mean, quantile(mixture, kTail), quantile(mixture, 1 - kTail)});
  }
  return intervals;
}

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
  EffectsMixture mixture;
  mixture.add(measured, errors, widest, 0);
  found.effects = mixture.intervals();
  return found;
}

}  // namespace turnout::numeric
