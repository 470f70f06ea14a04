#include "turnout/numeric/chi_square.h"

#include <cmath>

namespace turnout::numeric {
namespace {

constexpr double kSmall = 1e-14;
constexpr int kMostTerms = 100'000;

/// P(a, x), the lower regularised incomplete gamma function, for x < a + 1.
double lower_series(double a, double x, double scale) {
  double term = 1 / a;
  double sum = term;
  for (int n = 1; n < kMostTerms && term > kSmall * sum; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * scale;
}

/// Q(a, x) = 1 - P(a, x), for x >= a + 1.
double upper_fraction(double a, double x, double scale) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double h = d;
  for (int i = 1; i < kMostTerms; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (std::abs(d) < kTiny) d = kTiny;
    c = b + an / c;
    if (std::abs(c) < kTiny) c = kTiny;
    d = 1 / d;
    h *= d * c;
    if (std::abs(d * c - 1) < kSmall) break;
  }
  return h * scale;
}

}  // namespace

double chi_square_above(double x, double degrees) {
  if (!(x > 0)) return 1;
  const double a = degrees / 2;
  const double half = x / 2;
  const double scale = std::exp(a * std::log(half) - half - std::lgamma(a));
  return half < a + 1 ? 1 - lower_series(a, half, scale) : upper_fraction(a, half, scale);
}

}  // namespace turnout::numeric
