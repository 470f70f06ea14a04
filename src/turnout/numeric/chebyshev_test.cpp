#include "turnout/numeric/chebyshev.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace turnout::numeric {
namespace {

template <class Function>
Chebyshev interpolant(double low, double high, Function f) {
  auto values = Chebyshev::points(low, high);
  for (double& value : values) value = f(value);
  return Chebyshev::interpolating(low, high, values);
}

TEST(Chebyshev, is_as_close_as_it_says_to_a_function_with_a_pole_just_outside_the_disc) {
  for (const double length : {1e-6, 0.01, 0.5, 1.0}) {
    const double low = 0.25;
    const double middle = low + length / 2;
    const double radius = Chebyshev::kRadius * length;
    const double pole = middle - 1.1 * radius;
    const auto f = [&](double s) { return 0.1 * radius / (s - pole); };  // at most 1 in the disc
    const Chebyshev p = interpolant(low, low + length, f);
    const double rounding = 4e-15 + 0x1p-51 / radius;  // the slope is at most 0.14 / radius
    for (int i = 0; i <= 1000; ++i) {
      const double s = std::min(low + length * i / 1000, low + length);
      EXPECT_NEAR(p.at(s), f(s), Chebyshev::kError + rounding) << length << " " << s;
    }
  }
}

TEST(Chebyshev, of_a_part_of_the_interval_is_the_same_polynomial) {
  const Chebyshev whole = interpolant(0, 1, [](double s) { return std::sin(3 * s); });
  const auto part = Chebyshev::interpolating(0.2, 0.3, whole.values_on(0.2, 0.3));
  for (int i = 0; i <= 100; ++i)
    EXPECT_NEAR(part.at(0.2 + 0.001 * i), whole.at(0.2 + 0.001 * i), 4e-15);
}

TEST(Chebyshev, least_is_below_all_values_by_the_third_power_of_the_length) {
  for (const double length : {0.4, 0.04, 0.004}) {
    for (const double low : {0.05, 0.3, 0.55}) {
      const Chebyshev p =
          interpolant(low, low + length, [](double s) { return std::cos(6 * s) + 1 / (s + 1); });
      double least = p.at(low);
      for (int i = 1; i <= 4000; ++i) least = std::min(least, p.at(low + length * i / 4000));
      EXPECT_LE(p.least(), least + 1e-15);
      EXPECT_NEAR(p.least(), least, 40 * length * length * length + 1e-9) << length;
    }
  }
}

}  // namespace
}  // namespace turnout::numeric
