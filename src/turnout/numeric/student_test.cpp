#include "turnout/numeric/student.h"

#include <gtest/gtest.h>

#include <limits>

#include "turnout/numeric/normal.h"

namespace turnout::numeric {
namespace {

TEST(Student, quantiles_are_those_of_the_tables) {
  // Fisher and Yates 1963, "Statistical Tables", table III: two-sided 5 %.
  EXPECT_NEAR(student_quantile95(4), 2.7764, 2.7764 * 3e-4);
  EXPECT_NEAR(student_quantile95(5), 2.5706, 3e-4);
  EXPECT_NEAR(student_quantile95(10), 2.2281, 6e-5);
  EXPECT_NEAR(student_quantile95(30), 2.0423, 5e-5);
  EXPECT_NEAR(student_quantile95(120), 1.9799, 5e-5);
  EXPECT_NEAR(student_quantile95(1e9), kNormal95, 1e-8);
}

TEST(Student, few_degrees_count_as_four_and_infinitely_many_are_normal) {
  EXPECT_EQ(student_quantile95(1), student_quantile95(4));
  EXPECT_EQ(student_quantile95(std::numeric_limits<double>::infinity()), kNormal95);
}

}  // namespace
}  // namespace turnout::numeric
