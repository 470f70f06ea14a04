#pragma once

#include <cmath>

#include "turnout/base/rng.h"

/// Random variates that are the same on every machine.
namespace turnout::numeric {

/// @returns a standard normal variate (Marsaglia's polar method).
inline double normal(base::Rng& rng) {
  for (;;) {
    const double u = rng.uniform(-1, 1);
    const double v = rng.uniform(-1, 1);
    const double square = u * u + v * v;
    if (square > 0 && square < 1) return u * std::sqrt(-2 * std::log(square) / square);
  }
}

/// @returns a gamma variate of shape > 0 and scale 1 (Marsaglia and Tsang 2000; a shape below 1 by
///   way of shape + 1).
inline double gamma(double shape, base::Rng& rng) {
  if (shape < 1) return gamma(shape + 1, rng) * std::pow(1 - rng.uniform(), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(rng);
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log1p(-rng.uniform()) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

/// @returns a beta variate, a and b > 0.
inline double beta(double a, double b, base::Rng& rng) {
  const double x = gamma(a, rng);
  return x / (x + gamma(b, rng));
}

}  // namespace turnout::numeric
