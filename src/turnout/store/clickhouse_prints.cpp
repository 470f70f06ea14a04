#include "turnout/store/clickhouse_prints.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "turnout/store/row_binary.h"
#include "turnout/store/sql_number.h"

namespace turnout::store {
namespace {

using base::Result;

constexpr std::int64_t kHourUs = 3'600'000'000;

/// More times than a statement should name are one: of a longer time more tasks are looked up.
constexpr std::size_t kMostTimes = 200;

std::string condition_of(std::vector<TimeSpan> times) {
  if (times.size() > kMostTimes) times = {{times.front().from_us, times.back().until_us}};
  std::string condition;
  for (const TimeSpan& time : times) {
    condition += fmt::format("{}(started_us >= {} AND started_us < {})",
                             condition.empty() ? "" : " OR ", time.from_us, time.until_us);
  }
  return condition;
}

}  // namespace

Result<std::vector<Print>> prints_of(ClickHouseStatements& store, std::int64_t hours_from_us) {
  TURNOUT_TRY(
      const auto body,
      store.connection().query(store.fill(
          fmt::format(
              "SELECT toInt64(if(started_us < {0}, intDiv(started_us, {1}) * {1}, "
              "intDiv(started_us, {2}) * {2})) AS start, toUInt64(count()), "
              "toUInt64(sum(cityHash64(started_us, attempt, kept))) FROM {{passes}} GROUP BY start "
              "ORDER BY start FORMAT RowBinary",
              hours_from_us, kDayUs, kHourUs),
          {})));
  std::vector<Print> prints;
  std::string_view rest = body;
  while (!rest.empty()) {
    Print print;
    if (!take_fixed(rest, print.start_us) || !take_fixed(rest, print.passes) ||
        !take_fixed(rest, print.hashes))
      return store.cut_off();
    prints.push_back(print);
  }
  return prints;
}

std::vector<Print> by_days(std::span<const Print> prints, std::int64_t hours_from_us) {
  std::vector<Print> days;
  for (Print print : prints) {
    if (print.start_us < hours_from_us) print.start_us = day_of(print.start_us) * kDayUs;
    if (days.empty() || days.back().start_us != print.start_us)
      days.push_back({print.start_us, 0, 0});
    days.back().passes += print.passes;
    days.back().hashes += print.hashes;
  }
  return days;
}

std::vector<TimeSpan> changed_times(std::span<const Print> before, std::span<const Print> now,
                                    std::int64_t hours_from_us) {
  std::vector<TimeSpan> times;
  while (!before.empty() || !now.empty()) {
    const bool was =
        !before.empty() && (now.empty() || before.front().start_us <= now.front().start_us);
    const bool is =
        !now.empty() && (before.empty() || now.front().start_us <= before.front().start_us);
    const std::int64_t start = was ? before.front().start_us : now.front().start_us;
    if (!was || !is || before.front() != now.front()) {
      const std::int64_t end = start + (start < hours_from_us ? kDayUs : kHourUs);
      if (!times.empty() && times.back().until_us == start)
        times.back().until_us = end;
      else
        times.push_back({start, end});
    }
    if (was) before = before.subspan(1);
    if (is) now = now.subspan(1);
  }
  return times;
}

Result<std::vector<std::int64_t>> days_touched(ClickHouseStatements& store,
                                               std::vector<TimeSpan> times, std::int64_t end_day) {
  if (times.empty()) return std::vector<std::int64_t>();
  std::set<std::int64_t> days;
  for (const TimeSpan& time : times) {
    for (std::int64_t day = day_of(time.from_us);
         day < std::min(end_day, day_of(time.until_us - 1) + 1); ++day)
      days.insert(day);
  }
  TURNOUT_TRY(const auto rows,
              store.query(fmt::format("SELECT DISTINCT intDiv(started_us, {}) FROM {{passes}} "
                                      "PREWHERE started_us < {} WHERE task_id GLOBAL IN (SELECT "
                                      "task_id FROM {{passes}} WHERE {})",
                                      kDayUs, end_day * kDayUs, condition_of(std::move(times))),
                          {}));
  for (const SqlRow& row : rows) {
    TURNOUT_TRY(const auto day, sql_integer(row.at(0), "day").within(store.name()));
    days.insert(day);
  }
  return std::vector<std::int64_t>(days.begin(), days.end());
}

}  // namespace turnout::store
