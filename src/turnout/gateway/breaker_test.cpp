#include "turnout/gateway/breaker.h"

#include <gtest/gtest.h>

namespace turnout::gateway {
namespace {

TEST(Breaker, opens_after_failures_in_a_row_and_lets_one_try_when_its_time_is_up) {
  Breaker breaker;
  for (int i = 0; i < Breaker::kFailures - 1; ++i) breaker.failed(1);
  EXPECT_TRUE(breaker.allows(2));
  breaker.succeeded();
  for (int i = 0; i < Breaker::kFailures - 1; ++i) breaker.failed(1);
  EXPECT_TRUE(breaker.allows(2)) << "a success in between";
  breaker.failed(10);
  EXPECT_FALSE(breaker.allows(11));
  EXPECT_TRUE(breaker.is_open(11));
  EXPECT_EQ(breaker.state(11), "open");
  const auto later = 10 + Breaker::kOpenTime;
  EXPECT_EQ(breaker.state(later), "half_open");
  EXPECT_TRUE(breaker.allows(later));
  EXPECT_FALSE(breaker.allows(later)) << "one at a time";
  breaker.succeeded();
  EXPECT_EQ(breaker.state(later), "ok");
  EXPECT_TRUE(breaker.allows(later));
}

}  // namespace
}  // namespace turnout::gateway
