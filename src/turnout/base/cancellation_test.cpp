#include "turnout/base/cancellation.h"

#include <gtest/gtest.h>

namespace turnout::base {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(Cancellation, IsNeverAskedByDefault) {
  EXPECT_FALSE(Cancellation().requested());
  EXPECT_TRUE(Cancellation().check());
}

TEST(Cancellation, IsAskedByAFlag) {
  std::atomic<bool> flag = false;
  const Cancellation cancellation(flag);
  EXPECT_FALSE(cancellation.requested());
  flag = true;
  ASSERT_FALSE(cancellation.check());
  EXPECT_EQ(cancellation.check().error().code, ErrorCode::kCancelled);
  EXPECT_EQ(cancellation.check().error().message, "was interrupted");
}

TEST(Cancellation, IsAskedByADeadline) {
  const Cancellation late(Deadline::after(-seconds(1)));
  EXPECT_TRUE(late.requested());
  EXPECT_EQ(late.check().error().message, "took too long");
  EXPECT_FALSE(Cancellation(Deadline::after(hours(1))).requested());
}

TEST(Cancellation, TakesTheEarlierDeadline) {
  const Cancellation sooner =
      Cancellation(Deadline::after(hours(1))).until(Deadline::after(-seconds(1)));
  EXPECT_TRUE(sooner.requested());
  EXPECT_TRUE(Cancellation().until(Deadline::after(-seconds(1))).requested());
  EXPECT_FALSE(Cancellation().until({}).requested());
}

TEST(Deadline, SaysTheTimeLeft) {
  EXPECT_EQ(Deadline().left(seconds(5)), seconds(5));
  EXPECT_EQ(Deadline::after(-seconds(5)).left(seconds(5)), seconds(0));
  EXPECT_EQ(Deadline::after(hours(5)).left(seconds(5)), seconds(5));
}

}  // namespace
}  // namespace turnout::base
