#pragma once

#include <cmath>
#include <numbers>

/// The standard normal and the logistic distribution.
namespace turnout::numeric {

/// 97.5 % quantile of the standard normal: 95 % lie within it on either side.
inline constexpr double kNormal95 = 1.959963984540054;

/// @returns P(X > x) for X standard normal, to a few units in the last place.
inline double normal_above(double x) { return std::erfc(x / std::numbers::sqrt2) / 2; }

/// @returns x with P(X <= x) = share for X standard normal, share in (0, 1): a rational start (Hastings 1955, 4.5e-4)
/// and
///   three steps of Newton's method on the smaller tail, to a few units in the last place.
inline double normal_quantile(double share) {
  const double tail = share < 0.5 ? share : 1 - share;
  const double r = std::sqrt(-2 * std::log(tail));
  double x = r - (2.515517 + r * (0.802853 + r * 0.010328)) / (1 + r * (1.432788 + r * (0.189269 + r * 0.001308)));
  for (int i = 0; i < 3; ++i) {
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    x += (normal_above(x) - tail) / density;
  }
  return share < 0.5 ? -x : x;
}

/// @returns 1 / (1 + exp(-x)) without overflow, to a few units in the last place.
inline double logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

}  // namespace turnout::numeric
