#pragma once

#include <functional>
#include <string>

#include "turnout/estimation/log_statistics.h"
#include "turnout/traffic/import.h"

namespace turnout::estimation {

struct LogReading {
  LogStatistics statistics;
  traffic::ImportCounts import;  ///< what reading files met; zeros for a store
};

/// @returns the statistics of a log in a store or in files (traffic::open_passes()). Files go through a SQLite file in
/// the
///   folder for temporary files, which is removed at once, so that rows may come in any order and more than once and
///   memory stays constant.
/// @param on_passes  called now and then with the number of passes read since
base::Result<LogReading> read_log(const std::string& source, const LogSelection& selection,
                                  const std::function<void(std::size_t)>& on_passes);

/// @returns the statistics of a store's log.
base::Result<LogStatistics> read_store(traffic::PassStore& store, const LogSelection& selection,
                                       const std::function<void(std::size_t)>& on_passes);

}  // namespace turnout::estimation
