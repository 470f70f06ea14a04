#include "turnout/store/clickhouse_prints.h"

#include <gtest/gtest.h>

#include <vector>

namespace turnout::store {
namespace {

constexpr std::int64_t kHour = kDayUs / 24;

TEST(ByDays, adds_up_the_hours_of_the_days_before_a_time_and_leaves_the_later_ones) {
  const std::vector<Print> prints = {{0, 5, ~std::uint64_t{0}},
                                     {kDayUs, 1, 7},
                                     {kDayUs + 3 * kHour, 2, 8},
                                     {2 * kDayUs, 3, 9},
                                     {2 * kDayUs + kHour, 4, 10}};
  EXPECT_EQ(by_days(prints, 2 * kDayUs), (std::vector<Print>{{0, 5, ~std::uint64_t{0}},
                                                             {kDayUs, 3, 15},
                                                             {2 * kDayUs, 3, 9},
                                                             {2 * kDayUs + kHour, 4, 10}}));
  EXPECT_EQ(by_days(prints, 0), prints);
  EXPECT_TRUE(by_days({}, 0).empty());
  const std::vector<Print> wrapping = {{0, 1, ~std::uint64_t{0}}, {kHour, 1, 3}};
  EXPECT_EQ(by_days(wrapping, kDayUs), (std::vector<Print>{{0, 2, 2}}));
}

TEST(ChangedTimes, are_those_at_which_passes_came_went_or_are_others) {
  const std::vector<Print> before = {
      {0, 1, 1}, {kDayUs, 2, 2}, {3 * kDayUs, 3, 3}, {3 * kDayUs + kHour, 4, 4}};
  EXPECT_TRUE(changed_times(before, before, 3 * kDayUs).empty());
  EXPECT_TRUE(changed_times({}, {}, 0).empty());
  const std::vector<Print> now = {{0, 1, 1},                        // the same
                                  {kDayUs, 2, 5},                   // others
                                  {2 * kDayUs, 1, 1},               // have come
                                  {3 * kDayUs + kHour, 4, 4},       // those of the hour before went
                                  {3 * kDayUs + 7 * kHour, 1, 1}};  // have come
  EXPECT_EQ(changed_times(before, now, 3 * kDayUs),
            (std::vector<TimeSpan>{{kDayUs, 3 * kDayUs + kHour},
                                   {3 * kDayUs + 7 * kHour, 3 * kDayUs + 8 * kHour}}));
  EXPECT_EQ(changed_times(before, {}, 3 * kDayUs),
            (std::vector<TimeSpan>{{0, 2 * kDayUs}, {3 * kDayUs, 3 * kDayUs + 2 * kHour}}));
}

}  // namespace
}  // namespace turnout::store
