#pragma once

#include <cmath>

namespace turnout::numeric {

struct Maximum {
  double at = 0;
  double value = 0;
};

/// @returns the highest value found of f on [low, high]: a grid of `points`, then golden-section
///   search between the neighbours of the best grid point. The global maximum if f has at most one
///   in each pair of neighbouring grid intervals. Error of the argument: (high - low) / points *
///   1e-6 and, as for every maximum, the root of f's rounding.
/// Cost: points + 32 calls.
template <class Function>
Maximum maximise(double low, double high, int points, Function f) {
  const double step = (high - low) / (points - 1);
  Maximum best{low, f(low)};
  for (int i = 1; i < points; ++i) {
    const double x = i + 1 == points ? high : low + step * i;
    const double y = f(x);
    if (y > best.value) best = {x, y};
  }
  double a = std::fmax(low, best.at - step);
  double b = std::fmin(high, best.at + step);
  constexpr double kGolden = 0.6180339887498949;
  constexpr int kShrinks = 30;
  double x1 = b - kGolden * (b - a);
  double x2 = a + kGolden * (b - a);
  double y1 = f(x1);
  double y2 = f(x2);
  for (int i = 0; i < kShrinks; ++i) {
    if (y1 >= y2) {
      b = x2;
      x2 = x1;
      y2 = y1;
      x1 = b - kGolden * (b - a);
      y1 = f(x1);
    } else {
      a = x1;
      x1 = x2;
      y1 = y2;
      x2 = a + kGolden * (b - a);
      y2 = f(x2);
    }
  }
  const double rounding = 1e-13 * std::abs(best.value);  // an end of the range is not left for less
  if (y1 > best.value + rounding) best = {x1, y1};
  if (y2 > best.value + rounding) best = {x2, y2};
  return best;
}

}  // namespace turnout::numeric
