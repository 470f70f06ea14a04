#include "turnout/numeric/ascent.h"

#include <gtest/gtest.h>

#include <cmath>

namespace turnout::numeric {
namespace {

AscentOptions within(double low, double high, std::size_t n) {
  return {std::vector<double>(n, low), std::vector<double>(n, high), std::vector<bool>(n, false)};
}

TEST(Ascent, climbs_a_narrow_ridge_that_is_oblique_to_all_axes) {
  const auto ridge = [](const std::vector<double>& x) {
    const double along = x[0] + x[1] + x[2] - 3;
    const double across = x[0] - x[1];
    const double third = x[1] - x[2] - 1;
    return -along * along - 1e4 * across * across - 100 * third * third * (1 + across * across);
  };
  const Summit found = ascend(ridge, {-4, 3, 0}, within(-9, 9, 3));
  EXPECT_NEAR(found.value, 0, 1e-5);
  EXPECT_NEAR(found.at[0], 4.0 / 3, 5e-3);
  EXPECT_NEAR(found.at[2], 1.0 / 3, 5e-3);
}

TEST(Ascent, starts_where_the_function_is_convex_and_stays_in_its_box) {
  const auto bell = [](const std::vector<double>& x) { return std::exp(-(x[0] - 3) * (x[0] - 3)); };
  EXPECT_NEAR(ascend(bell, {0.5}, within(-5, 5, 1)).at[0], 3, 0.01);
  EXPECT_EQ(ascend(bell, {0.5}, within(-2, 2, 1)).at[0], 2);
}

TEST(Ascent, leaves_what_is_held) {
  const auto bowl = [](const std::vector<double>& x) {
    return -(x[0] - 1) * (x[0] - 1) - (x[1] - x[0]) * (x[1] - x[0]);
  };
  AscentOptions options = within(-5, 5, 2);
  options.held[0] = true;
  const Summit found = ascend(bowl, {3, 0}, options);
  EXPECT_EQ(found.at[0], 3);
  EXPECT_NEAR(found.at[1], 3, 1e-2);
}

}  // namespace
}  // namespace turnout::numeric
