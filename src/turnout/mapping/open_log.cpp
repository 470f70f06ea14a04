#include "turnout/mapping/open_log.h"

#include <utility>

namespace turnout::mapping {

using base::Result;

Result<OpenLog> open_log(const std::string& source, const std::string& map, std::int64_t window_us,
                         const base::Watch& watch) {
  OpenLog log;
  if (store::is_store(source) && map.empty()) {
    TURNOUT_TRY(log.store, store::open_store(source, store::Access::kRead, watch.cancellation));
    return log;
  }
  TURNOUT_TRY(auto any, open_any_passes(source, map, window_us, watch.cancellation));
  log.taken = std::move(any.taken);
  TURNOUT_TRY(log.folder, base::temporary_folder());
  TURNOUT_TRY(log.store, store::open_store("sqlite:" + log.folder.path() + "/passes.db",
                                           store::Access::kCreate, watch.cancellation));
  TURNOUT_TRY(log.import, store::import_passes(*any.passes, *log.store, watch));
  return log;
}

}  // namespace turnout::mapping
