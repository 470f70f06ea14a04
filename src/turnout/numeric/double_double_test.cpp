#include "turnout/numeric/double_double.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_dec_float.hpp>

#include "turnout/base/rng.h"

namespace turnout::numeric {
namespace {

using Digits = boost::multiprecision::cpp_dec_float_50;

Digits exact(const DoubleDouble& x) { return Digits(x.hi) + Digits(x.lo); }

TEST(DoubleDouble, each_operation_is_right_to_thirty_digits) {
  base::Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    const DoubleDouble a = DoubleDouble::sum(rng.uniform(-1, 1), rng.uniform(-1e-17, 1e-17));
    const DoubleDouble b = DoubleDouble::sum(rng.uniform(0.01, 1), rng.uniform(-1e-18, 1e-18));
    const auto expect = [&](const DoubleDouble& actual, const Digits& wanted, const Digits& scale) {
      ASSERT_LE(abs(exact(actual) - wanted), Digits("1e-30") * scale);
    };
    expect(a + b, exact(a) + exact(b), 1);
    expect(a - b, exact(a) - exact(b), 1);
    expect(a * b, exact(a) * exact(b), 1);
    expect(a / b, exact(a) / exact(b), abs(exact(a) / exact(b)));
    expect(sqrt(b), sqrt(exact(b)), 1);
  }
}

TEST(DoubleDouble, keeps_what_a_double_loses) {
  const DoubleDouble third = DoubleDouble(1) / DoubleDouble(3);
  const DoubleDouble rest = DoubleDouble(1) - third * DoubleDouble(3);
  EXPECT_LT(std::abs(rest.hi), 1e-31);
  EXPECT_EQ(static_cast<double>((DoubleDouble(1e16) + DoubleDouble(1)) - DoubleDouble(1e16)), 1.0);
}

TEST(DoubleDouble, compares_by_its_low_part_where_the_high_ones_agree) {
  EXPECT_TRUE(DoubleDouble(1, -1e-20) < DoubleDouble(1));
  EXPECT_FALSE(DoubleDouble(1) < DoubleDouble(1));
  EXPECT_EQ(sqrt(DoubleDouble(0)).hi, 0);
}

}  // namespace
}  // namespace turnout::numeric
