#include "turnout/mapping/open_log.h"

#include <fmt/format.h>

#include <utility>

#include "turnout/store/scratch_store.h"

namespace turnout::mapping {

using base::Result;

Result<OpenLog> open_log(const std::string& source, const std::string& map, std::int64_t window_us,
                         const base::Watch& watch, const WantedTasks& tasks) {
  OpenLog log;
  if (store::is_store(source) && map.empty()) {
    TURNOUT_TRY(log.store, store::open_store(source, store::Access::kRead, watch.cancellation));
    return log;
  }
  TURNOUT_TRY(auto any, open_any_passes(source, map, window_us, watch.cancellation, tasks));
  log.taken = std::move(any.taken);
  TURNOUT_TRY(log.folder, base::temporary_folder());
  TURNOUT_TRY(log.store,
              store::create_scratch_store(log.folder.path() + "/passes.db", watch.cancellation));
  TURNOUT_TRY(log.import, store::import_passes(*any.passes, *log.store, watch));
  return log;
}

namespace {

/// Why a file gave no pass, as words.
std::string reason(const Result<OpenLog>& log, const std::string& source) {
  if (!log) return log.error().context == source ? log.error().message : log.error().to_string();
  const std::string& defect = log->import.read.first_defect;
  return defect.empty() ? "has no row" : defect;
}

}  // namespace

Result<OpenLog> open_log_or_record(const std::string& source, const std::string& map,
                                   std::int64_t window_us, const base::Watch& watch,
                                   const WantedTasks& tasks) {
  auto log = open_log(source, map, window_us, watch, tasks);
  const bool told = log && log->import.stored.added > 0;
  if (told || !map.empty() || source == "-" || store::is_store(source)) return log;
  TURNOUT_CHECK(watch.cancellation.check());
  auto record = open_log(source, "auditor", window_us, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  if (record && record->import.stored.added > 0) {
    record->taken = "taken for an auditor's record, each row a task: read by --map auditor";
    return record;
  }
  const std::string no_log = reason(log, source);
  const std::string no_record = reason(record, source);
  if (no_log == no_record) return log;  // a file that cannot be opened, say
  return base::Error{
      base::ErrorCode::kMalformedInput,
      fmt::format("is neither a log ({}) nor an auditor's record ({})", no_log, no_record), source};
}

}  // namespace turnout::mapping
