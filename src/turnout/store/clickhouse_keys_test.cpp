#include "turnout/store/clickhouse_keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace turnout::store {
namespace {

constexpr std::int64_t kMinute = 60'000'000, kHour = 60 * kMinute,
                       kYear = std::int64_t{365} * 24 * kHour;

std::string condition_of(const std::vector<std::int64_t>& starts) {
  std::vector<traffic::Pass> passes(starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) passes[i].started_us = starts[i];
  return condition_of_times(passes);
}

TEST(ConditionOfTimes, is_one_range_with_a_minute_on_either_side_where_no_hour_is_empty) {
  EXPECT_EQ(condition_of({5 * kHour}), "(started_us >= 17940000000 AND started_us <= 18060000000)");
  EXPECT_EQ(condition_of({6 * kHour, 5 * kHour, 7 * kHour}),
            "(started_us >= 17940000000 AND started_us <= 25260000000)");
  EXPECT_EQ(condition_of({0}), "(started_us >= 0 AND started_us <= 60000000)");
}

TEST(ConditionOfTimes, leaves_out_what_lies_between_the_passes_and_one_that_is_far_away) {
  EXPECT_EQ(condition_of({30 * kYear, 0, 30 * kYear + kHour}),
            "(started_us >= 0 AND started_us <= 60000000) OR (started_us >= 946079940000000 AND "
            "started_us <= 946083660000000)");
}

TEST(ConditionOfTimes, has_no_more_than_sixteen_ranges_and_leaves_out_the_longest_gaps) {
  std::vector<std::int64_t> starts;
  for (std::int64_t i = 0; i < 40; ++i) starts.push_back(i * 2 * kHour);
  starts.push_back(kYear);
  std::string condition = condition_of(starts);
  std::size_t ranges = 1;
  for (auto at = condition.find(" OR "); at != std::string::npos;
       at = condition.find(" OR ", at + 1))
    ++ranges;
  EXPECT_EQ(ranges, 16U);
  EXPECT_TRUE(
      condition.ends_with("(started_us >= 31535940000000 AND started_us <= 31536060000000)"))
      << condition;
}

}  // namespace
}  // namespace turnout::store
