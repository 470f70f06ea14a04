#include "turnout/analysis/log_reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "turnout/estimation/store_statistics.h"

namespace turnout::analysis {

void only_settled_tasks(const store::LogSpan& span, estimation::LogSelection& selection) {
  const std::int64_t settled = span.last_us.value_or(0) - selection.window_us;
  selection.until_us = std::min(selection.until_us.value_or(settled), settled);
}

void periods_that_show_changes(const store::LogSpan& span, estimation::LogSelection& selection) {
  constexpr std::int64_t kDay = 86'400'000'000;
  constexpr std::int64_t kMinute = 60'000'000;
  constexpr std::int64_t kLeastDays = 20;
  constexpr std::int64_t kPeriods = 40;
  const std::int64_t length = span.last_us.value_or(0) - span.first_us.value_or(0);
  selection.period_us = length >= kLeastDays * kDay ? kDay : std::max(kMinute, length / kPeriods);
}

base::Result<SelectedTasks> select_tasks(const mapping::OpenLog& log,
                                         const estimation::LogSelection& selection,
                                         SelectionRule rule, const base::Watch& watch) {
  TURNOUT_TRY(const auto span, log.store->span());
  estimation::LogSelection selected = selection;
  rule(span, selected);
  TURNOUT_TRY(auto statistics, estimation::store_statistics(*log.store, selected, watch));
  return SelectedTasks{std::move(selected), std::move(statistics)};
}

base::Result<mapping::OpenLog> open_any_log(const std::string& source, const LogMap& map,
                                            const base::Watch& watch) {
  constexpr double kMicro = 1e6;
  return mapping::open_log(source, map.name, static_cast<std::int64_t>(map.window_s * kMicro),
                           watch, map.tasks);
}

std::vector<std::string> reading_notes(const store::ImportCounts& import,
                                       const std::string& taken) {
  std::vector<std::string> notes;
  if (!taken.empty()) notes.push_back(taken);
  if (auto refused = store::refused_note(import); !refused.empty())
    notes.push_back(std::move(refused));
  if (auto cut = store::cut_off_note(import); !cut.empty()) notes.push_back(std::move(cut));
  for (auto& question : store::import_questions(import)) notes.push_back(std::move(question));
  return notes;
}

base::Result<LogReading> read_log(const std::string& source, const LogMap& map,
                                  const estimation::LogSelection& selection,
                                  const base::Watch& watch) {
  TURNOUT_TRY(auto log, open_any_log(source, map, watch));
  auto statistics = estimation::store_statistics(*log.store, selection, watch);
  if (statistics) return LogReading{*std::move(statistics), log.import, log.taken};
  // Errors of a store name it themselves.
  const std::string name = store::without_password(source);
  return statistics.error().context.starts_with(name) ? statistics.error()
                                                      : statistics.error().within(name);
}

base::Error no_pass(const std::string& source, const estimation::LogStatistics& statistics,
                    const store::ImportCounts& import) {
  std::string what = "holds no pass to learn from";
  if (statistics.recent > 0)
    what +=
        fmt::format(": {} of {} passes are so young that their users may come back yet (--window)",
                    statistics.recent, statistics.passes);
  if (import.read.refused() > 0)
    what +=
        fmt::format("{}{} of {} rows were refused (turnout log check says why)",
                    statistics.recent > 0 ? "; " : ": ", import.read.refused(), import.read.rows);
  return {base::ErrorCode::kInvalidValue, what, source};
}

}  // namespace turnout::analysis
