#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "turnout/numeric/bisection.h"
#include "turnout/numeric/linear_system.h"
#include "turnout/numeric/lines.h"
#include "turnout/numeric/proportion.h"
#include "turnout/numeric/sample.h"

namespace turnout::numeric {
namespace {

TEST(Bisection, brackets_a_change_to_neighbouring_doubles) {
  const auto bracket = bisect(
      1, 2, [](double x) { return x * x < 2; }, 0);
  EXPECT_EQ(bracket.other, std::nextafter(bracket.same, 2));
  EXPECT_LT(bracket.same * bracket.same, 2);
}

TEST(LinearSystem, solves_with_a_zero_on_the_diagonal) {
  const auto x = solve_linear<3>({{{0, 1, 0}, {2, 0, 0}, {0, 0, 4}}}, {5, 6, 8});
  EXPECT_EQ(x, (std::array<double, 3>{3, 5, 2}));
}

TEST(Lines, lowest_line_is_found_between_its_crossings) {
  // 1 + x, 2, 4 - x
  const std::vector<Line> others = {{1, 1}, {2, 0}, {4, -1}};
  const Range flat = where_lowest(others[1], others, Ties::kCount);
  EXPECT_EQ(flat.low, 1);
  EXPECT_EQ(flat.high, 2);
  const Range rising = where_lowest(others[0], others, Ties::kCount);
  EXPECT_EQ(rising.low, 0);
  EXPECT_EQ(rising.high, 1);
  EXPECT_EQ(where_lowest(others[2], others, Ties::kCount).high,
            std::numeric_limits<double>::infinity());
}

TEST(Lines, a_line_among_its_equals_is_lowest_only_if_ties_count) {
  const std::vector<Line> others = {{1, 1}, {3, 0}};
  EXPECT_FALSE(where_lowest({1, 1}, others, Ties::kCount).empty());
  EXPECT_TRUE(where_lowest({1, 1}, others, Ties::kDoNotCount).empty());
  EXPECT_TRUE(where_lowest({2, 1}, others, Ties::kCount).empty());
}

TEST(Lines, a_single_point_counts_only_as_a_tie) {
  const std::vector<Line> others = {{1, 1}, {3, -1}};
  EXPECT_FALSE(where_lowest({2, 0}, others, Ties::kCount).empty());
  EXPECT_TRUE(where_lowest({2, 0}, others, Ties::kDoNotCount).empty());
}

TEST(Proportion, has_wilsons_interval) {
  // Newcombe (1998), table I: 15 of 148, Wilson without continuity correction: 0.0624 to 0.1605.
  const Interval p = proportion(15, 148);
  EXPECT_NEAR(p.low, 0.0624, 5e-5);
  EXPECT_NEAR(p.high, 0.1605, 5e-5);
  EXPECT_EQ(proportion(0, 10).low, 0);
  EXPECT_EQ(proportion(10, 10).high, 1);
  EXPECT_EQ(proportion(0, 0).high, 1);
}

TEST(Sample, has_mean_variance_and_standard_error) {
  Sample sample;
  for (const double x : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) sample.add(x);
  EXPECT_DOUBLE_EQ(sample.mean(), 1e9 + 10);
  EXPECT_DOUBLE_EQ(sample.variance(), 30);
  EXPECT_DOUBLE_EQ(sample.standard_error(), std::sqrt(7.5));
  EXPECT_EQ(Sample().variance(), 0);
}

}  // namespace
}  // namespace turnout::numeric
