#include "turnout/numeric/beta.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/beta.hpp>

#include "turnout/numeric/normal.h"

namespace turnout::numeric {
namespace {

TEST(Beta, is_what_an_independent_library_says) {
  for (const auto& [a, b] :
       {std::pair{1.0, 1.0}, {0.5, 3.0}, {31.0, 21.0}, {2.0, 900.0}, {40'000.0, 60'000.0}}) {
    const boost::math::beta_distribution<double> expected(a, b);
    for (const double score : {-8.0, -5.0, -1.0, 0.0, 0.3, 3.0, 6.0}) {
      const double x = beta_at_score(a, b, score);
      const double below = cdf(expected, x);
      EXPECT_NEAR(beta_below(a, b, x), below, 1e-9 * below) << a << " " << b << " " << x;
      if (score <= 0) {
        EXPECT_NEAR(below, normal_above(-score), 1e-9 * below) << a << " " << b;
      } else {  // what a double x can tell: its neighbours lie 2^-53 apart
        EXPECT_NEAR(cdf(complement(expected, x)), normal_above(score),
                    1e-9 * normal_above(score) + pdf(expected, x) * 0x1p-53)
            << a << " " << b;
      }
    }
  }
}

TEST(Beta, is_0_and_1_at_the_ends) {
  EXPECT_EQ(beta_below(2, 3, 0), 0);
  EXPECT_EQ(beta_below(2, 3, 1), 1);
}

}  // namespace
}  // namespace turnout::numeric
