#include "turnout/mapping/open_log.h"

#include <utility>

namespace turnout::mapping {

using base::Result;

Result<OpenLog> open_log(const std::string& source, const std::optional<MappedLog>& mapped,
                         const base::Watch& watch) {
  OpenLog log;
  if (store::is_store(source) && !mapped) {
    TURNOUT_TRY(log.store, store::open_store(source, store::Access::kRead, watch.cancellation));
    return log;
  }
  TURNOUT_TRY(const auto passes, mapped ? open_mapped_passes(source, mapped->map, mapped->window_us,
                                                             watch.cancellation)
                                        : traffic::open_passes(source));
  TURNOUT_TRY(log.folder, base::temporary_folder());
  TURNOUT_TRY(log.store, store::open_store("sqlite:" + log.folder.path() + "/passes.db",
                                           store::Access::kCreate, watch.cancellation));
  TURNOUT_TRY(log.import, store::import_passes(*passes, *log.store, watch));
  return log;
}

}  // namespace turnout::mapping
