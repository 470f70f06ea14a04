#include "turnout/numeric/beta.h"

#include <cmath>
#include <initializer_list>

#include "turnout/numeric/bisection.h"
#include "turnout/numeric/normal.h"

namespace turnout::numeric {
namespace {

/// x^a (1-x)^b / (a B(a,b)) times the fraction, which converges fast for x below the mean.
double by_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr double kSmall = 1e-15;
  constexpr int kMostTerms = 100'000;
  const auto away_from_0 = [](double y) { return std::abs(y) < kTiny ? kTiny : y; };
  double c = 1;
  double d = 1 / away_from_0(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m < kMostTerms; ++m) {
    double change = 1;
    for (const double term : {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                              -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))}) {
      d = 1 / away_from_0(1 + term * d);
      c = away_from_0(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (std::abs(change - 1) < kSmall) break;
  }
  const double scale = std::exp(a * std::log(x) + b * std::log1p(-x) + std::lgamma(a + b) -
                                std::lgamma(a) - std::lgamma(b));
  return scale * fraction / a;
}

}  // namespace

double beta_below(double a, double b, double x) {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2) ? by_fraction(a, b, x) : 1 - by_fraction(b, a, 1 - x);
}

double beta_at_score(double a, double b, double score) {
  if (score > 0) return 1 - beta_at_score(b, a, -score);
  const double share = normal_above(-score);
  return bisect(
             0, 1, [&](double x) { return beta_below(a, b, x) <= share; }, 0x1p-52)
      .same;
}

}  // namespace turnout::numeric
