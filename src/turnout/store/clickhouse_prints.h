#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/clickhouse_statements.h"
#include "turnout/store/day_summaries.h"

/// What a ClickHouse server holds of each day, in three numbers: which days have changed since some
/// moment is read off them, whoever changed what, without anybody having noted it. decisions/0017.
namespace turnout::store {

/// Of the passes that started in a day, or in an hour.
struct Print {
  std::int64_t start_us = 0;  ///< of the day or hour
  std::uint64_t passes = 0;
  std::uint64_t hashes = 0;  ///< the sum of one hash a pass, modulo 2^64: adds up over hours
  friend bool operator==(const Print&, const Print&) = default;
};

/// A time from `from_us` on, before `until_us`.
struct TimeSpan {
  std::int64_t from_us = 0, until_us = 0;
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

/// @returns prints of all passes, ascending: by the day before `hours_from_us`, by the hour from then on.
///   Reads three numbers of every pass: 40 ms for a million.
/// @param hours_from_us  the start of a day
base::Result<std::vector<Print>> prints_of(ClickHouseStatements& store, std::int64_t hours_from_us);

/// @returns the prints by the day before `hours_from_us`, which is the start of a day. Total.
std::vector<Print> by_days(std::span<const Print> prints, std::int64_t hours_from_us);

/// @returns the times at which two moments' prints differ, ascending, apart from each other.
/// @param before, now  by the hour from the same `hours_from_us` on
std::vector<TimeSpan> changed_times(std::span<const Print> before, std::span<const Print> now,
                                    std::int64_t hours_from_us);

/// @returns the days before `end_day`, ascending, that the tasks have passes in which have a pass that
///   started at one of these times; and the days of these times.
base::Result<std::vector<std::int64_t>> days_touched(ClickHouseStatements& store,
                                                     std::vector<TimeSpan> times,
                                                     std::int64_t end_day);

}  // namespace turnout::store
