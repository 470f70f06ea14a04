#include "turnout/numeric/lower_hull.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/numeric/normal_nodes.h"

namespace turnout::numeric {
namespace {

TEST(LowerHull, keeps_only_the_corners_below_and_interpolates_between_them) {
  const LowerHull hull({{0, 4, 0}, {2, 1, 1}, {1, 3, 2}, {4, 3, 3}, {3, 2, 4}, {0, 5, 5}});
  ASSERT_EQ(hull.vertices().size(), 3U);
  EXPECT_EQ(hull.vertices()[1].label, 1U);
  EXPECT_EQ(hull.at(1), 2.5);
  EXPECT_EQ(hull.at(4), 3);
  EXPECT_TRUE(std::isinf(hull.at(-0.1)));
  EXPECT_TRUE(std::isinf(hull.at(4.1)));
}

TEST(LowerHull, least_from_is_the_lowest_point_to_the_right) {
  const LowerHull hull({{0, 4, 0}, {2, 1, 1}, {4, 3, 2}});
  EXPECT_EQ(hull.least_from(-5), 1);
  EXPECT_EQ(hull.least_from(2), 1);
  EXPECT_EQ(hull.least_from(3), 2);
  EXPECT_TRUE(std::isinf(hull.least_from(5)));
  EXPECT_TRUE(LowerHull({}).empty());
}

TEST(NormalNodes, reproduce_the_moments_of_the_normal_distribution) {
  for (const double step : {0.05, 0.25, 0.5}) {
    double zero = 0;
    double two = 0;
    double four = 0;
    for (const auto& [x, weight] : normal_nodes(step)) {
      zero += weight;
      two += weight * x * x;
      four += weight * x * x * x * x;
    }
    EXPECT_NEAR(zero, 1, 1e-14);
    EXPECT_NEAR(two, 1, 1e-12);
    EXPECT_NEAR(four, 3, 1e-11);
  }
}

}  // namespace
}  // namespace turnout::numeric
