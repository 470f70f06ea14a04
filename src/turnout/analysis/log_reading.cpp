#include "turnout/analysis/log_reading.h"

#include "turnout/estimation/store_statistics.h"

namespace turnout::analysis {

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
