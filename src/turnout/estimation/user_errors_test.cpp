#include "turnout/estimation/user_errors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "turnout/base/rng.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

/// How many of 2,000 means of 40 users' draws have an interval that holds the truth.
int held(double truth, const std::function<double(base::Rng&)>& draw) {
  constexpr std::size_t kUsers = 40;
  int count = 0;
  for (std::uint64_t log = 0; log < 2000; ++log) {
    base::Rng rng(7, log);
    std::vector<double> x(kUsers);
    double mean = 0;
    for (double& one : x) {
      one = draw(rng);
      mean += one / kUsers;
    }
    for (double& one : x) one = (one - mean) / kUsers;
    const auto interval = interval_by_user(mean, x);
    count += interval.low <= truth && truth <= interval.high ? 1 : 0;
  }
  return count;
}

TEST(UserErrors, intervals_hold_means_of_normal_and_of_skewed_draws) {
  // 1,900 of 2,000 are expected, with a standard error of 10.
  EXPECT_NEAR(held(0, [](base::Rng& rng) { return numeric::normal(rng); }), 1900, 40);
  const double skewed = held(1, [](base::Rng& rng) { return -std::log1p(-rng.uniform()); });
  EXPECT_GE(skewed, 1860);  // Student's t alone: 1,840
}

TEST(UserErrors, an_error_that_no_user_makes_widens_the_interval) {
  const auto narrow = interval_by_user(1, {0.1, -0.1, 0.05, -0.05});
  const auto wide = interval_by_user(1, {0.1, -0.1, 0.05, -0.05}, 1);
  EXPECT_GT(wide.high - wide.low, narrow.high - narrow.low + 2);
  const auto alone = interval_by_user(1, {0, 0}, 4);
  EXPECT_NEAR(alone.high, 1 + 2 * numeric::kNormal95, 1e-12);
}

}  // namespace
}  // namespace turnout::estimation
