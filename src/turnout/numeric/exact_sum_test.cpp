#include "turnout/numeric/exact_sum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "turnout/base/rng.h"

namespace turnout::numeric {
namespace {

ExactSum sum_of(const std::vector<double>& terms) {
  ExactSum sum;
  for (const double x : terms) sum.add(x);
  return sum;
}

TEST(ExactSum, is_the_number_itself_for_one_term) {
  for (const double x :
       {0.0, 1.0, -1.0, 0.1, -0.1, 1e-9, 1e18, -1e18, 3.0e-19, 1.0 / 3, 8.0, std::exp2(96.0)})
    EXPECT_EQ(sum_of({x}).value(), x);
}

TEST(ExactSum, keeps_what_doubles_lose) {
  EXPECT_EQ(sum_of({1e18, 1e-18, -1e18}).value(), 1e-18);
  EXPECT_EQ(sum_of({0.1, 0.2, -0.3}).value(), std::exp2(-55.0));
}

TEST(ExactSum, is_the_same_in_any_order_and_grouping_and_agrees_with_long_doubles) {
  base::Rng rng(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> terms;
    long double plain = 0;
    for (int i = 0; i < 100; ++i) {
      terms.push_back(rng.uniform(-1, 1) * std::exp2(std::floor(rng.uniform(-20, 20))));
      plain += terms.back();
    }
    const ExactSum forward = sum_of(terms);
    const std::vector<double> backward(terms.rbegin(), terms.rend());
    EXPECT_EQ(sum_of(backward), forward);
    const auto middle = terms.begin() + round % 100;
    ExactSum parts = sum_of({middle, terms.end()});
    parts += sum_of({terms.begin(), middle});
    EXPECT_EQ(parts, forward);
    EXPECT_NEAR(forward.value(), static_cast<double>(plain), 1e-12 * std::exp2(20.0));
  }
}

TEST(ExactSum, rounds_once_to_the_nearest_double) {
  const double one = 1;
  const double half = std::exp2(-53.0);
  EXPECT_EQ(sum_of({one, half}).value(), 1.0) << "a tie goes to the even one";
  EXPECT_EQ(sum_of({one, half, std::exp2(-120.0)}).value(), 1 + std::exp2(-52.0));
  EXPECT_EQ(sum_of({-one, -half, -std::exp2(-120.0)}).value(), -1 - std::exp2(-52.0));
}

TEST(ExactSum, holds_2_to_the_30_of_the_largest_terms_and_lets_nothing_that_is_no_number_in) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  ExactSum sum = sum_of({kInfinite});
  EXPECT_EQ(sum.value(), std::exp2(96.0));
  for (int i = 0; i < 30; ++i) sum += ExactSum(sum);
  EXPECT_EQ(sum.value(), std::exp2(126.0));
  EXPECT_EQ(sum_of({std::numeric_limits<double>::quiet_NaN()}), ExactSum());
  EXPECT_EQ(sum_of({-kInfinite, 1e300}), ExactSum());
  EXPECT_EQ(sum_of({std::numeric_limits<double>::denorm_min()}), ExactSum());
}

}  // namespace
}  // namespace turnout::numeric
