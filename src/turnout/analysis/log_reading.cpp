#include "turnout/analysis/log_reading.h"

#include <algorithm>

#include "turnout/estimation/store_statistics.h"

namespace turnout::analysis {

void only_settled_tasks(const store::StoreSize& size, estimation::LogSelection& selection) {
  const std::int64_t settled = size.last_us.value_or(0) - selection.window_us;
  selection.until_us = std::min(selection.until_us.value_or(settled), settled);
}

void periods_that_show_changes(const store::StoreSize& size, estimation::LogSelection& selection) {
  constexpr std::int64_t kDay = 86'400'000'000;
  constexpr std::int64_t kMinute = 60'000'000;
  constexpr std::int64_t kLeastDays = 20;
  constexpr std::int64_t kPeriods = 40;
  const std::int64_t span = size.last_us.value_or(0) - size.first_us.value_or(0);
  selection.period_us = span >= kLeastDays * kDay ? kDay : std::max(kMinute, span / kPeriods);
}

base::Result<SelectedTasks> select_tasks(const mapping::OpenLog& log,
                                         const estimation::LogSelection& selection,
                                         SelectionRule rule, const base::Watch& watch) {
  TURNOUT_TRY(const auto size, log.store->size());
  estimation::LogSelection selected = selection;
  rule(size, selected);
  TURNOUT_TRY(auto statistics, estimation::store_statistics(*log.store, selected, watch));
  return SelectedTasks{std::move(selected), std::move(statistics)};
}

base::Result<LogReading> read_log(const std::string& source,
                                  const std::optional<mapping::MappedLog>& mapped,
                                  const estimation::LogSelection& selection,
                                  const base::Watch& watch) {
  TURNOUT_TRY(auto log, mapping::open_log(source, mapped, watch));
  TURNOUT_TRY(auto statistics, estimation::store_statistics(*log.store, selection, watch)
                                   .within(store::without_password(source)));
  return LogReading{std::move(statistics), log.import};
}

}  // namespace turnout::analysis
