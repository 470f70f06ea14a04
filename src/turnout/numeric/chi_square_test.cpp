#include "turnout/numeric/chi_square.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

#include "turnout/numeric/cholesky.h"

namespace turnout::numeric {
namespace {

TEST(ChiSquare, the_tail_is_boosts_to_1e_9) {
  for (const double degrees : {1.0, 2.0, 3.0, 9.0, 50.0, 401.0}) {
    for (const double x : {0.001, 0.5, 1.0, 3.84, 10.0, 49.0, 120.0, 500.0}) {
      const double exact =
          boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees), x));
      EXPECT_NEAR(chi_square_above(x, degrees), exact, 1e-9 * exact + 1e-14) << degrees << " " << x;
    }
  }
  EXPECT_EQ(chi_square_above(0, 3), 1);
}

TEST(Cholesky, the_inverse_times_the_matrix_is_one) {
  SymmetricMatrix m(3);
  m.values = {4, 1, 0.5, 1, 3, -1, 0.5, -1, 2};
  const auto inverted = inverse(m);
  ASSERT_TRUE(inverted);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += m.at(i, k) * inverted->at(k, j);
      EXPECT_NEAR(sum, i == j ? 1 : 0, 1e-14);
    }
  }
}

TEST(Cholesky, a_matrix_that_tells_two_parameters_not_apart_has_none) {
  SymmetricMatrix m(2);
  m.values = {1, 2, 2, 4};
  EXPECT_FALSE(inverse(m));
}

}  // namespace
}  // namespace turnout::numeric
