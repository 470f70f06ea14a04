#pragma once

#include <optional>
#include <string>

#include "turnout/estimation/log_statistics.h"
#include "turnout/mapping/open_log.h"

/// One value for each question that a verb answers, and the function that computes it: what the
/// program prints, what other languages and windows show.
namespace turnout::analysis {

/// What a log says, and what reading it met.
struct LogReading {
  estimation::LogStatistics statistics;
  store::ImportCounts import;  ///< what reading files met; zeros for a store
};

/// @returns the statistics of a log, see mapping::open_log() and estimation::store_statistics().
base::Result<LogReading> read_log(const std::string& source,
                                  const std::optional<mapping::MappedLog>& mapped,
                                  const estimation::LogSelection& selection,
                                  const base::Watch& watch);

}  // namespace turnout::analysis
