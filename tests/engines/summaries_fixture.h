#pragma once

#include <string>
#include <vector>

#include "engine_fixture.h"
#include "turnout/estimation/day_summaries.h"
#include "turnout/estimation/store_statistics.h"

/// What the tests of summaries of closed days have in common.
namespace turnout {

using store::kDayUs;

inline constexpr std::int64_t kStart = 1'700'000'000'000'000;  // of random_log()
inline constexpr std::int64_t kWindow = 3'600'000'000;

class Summaries : public Engine {
 protected:
  /// Keeps summaries of a log.
  void summarise(const std::vector<Pass>& log) {
    ASSERT_TRUE(store_->insert(log));
    const auto made = estimation::summarise(*store_, kWindow, {});
    ASSERT_TRUE(made) << made.error().to_string();
    EXPECT_GE(made->days, 28);
  }

  /// What the store says, under several selections, is what the C++ reference says of its passes.
  void expect_as_from_passes(const std::string& when) {
    const auto passes = all();
    for (const auto& selection : selections()) {
      const auto expected = estimation::gather(passes, selection);
      const auto found = estimation::store_statistics(*store_, selection, {});
      ASSERT_TRUE(found) << when << ": " << found.error().to_string();
      EXPECT_TRUE(*found == *expected) << when;
    }
  }

  static std::vector<LogSelection> selections() {
    std::vector<LogSelection> all(9);
    all[1].since_us = kStart + 5 * kDayUs;
    all[1].until_us = kStart + 20 * kDayUs;
    all[2].where = {{"model", kNames[3]}};
    all[3].where = {{"policy_id", kNames[2]}, {"model", kNames[1]}};
    all[4].where = {{"user_id", ""}};
    all[5].period_us = 3 * kDayUs;
    all[5].return_us = 11 * kDayUs;
    all[6].period_us = kDayUs / 7;
    all[7].since_us = (store::day_of(kStart) + 4) * kDayUs;  // whole days
    all[7].until_us = (store::day_of(kStart) + 23) * kDayUs;
    all[8].until_us = kStart + 28 * kDayUs;
    all[8].window_us = 2 * kDayUs;
    return all;
  }

  /// How many days are read pass by pass for an estimate from all.
  std::int64_t raw_days() {
    std::int64_t days_read = 0;
    const auto span = store_->span();
    const auto kept = store_->kept_summaries();
    const auto plan = estimation::reading_plan(kept.value(), span.value(), {});
    for (const auto& days : plan.raw) days_read += days.count;
    return days_read;
  }
};

}  // namespace turnout
