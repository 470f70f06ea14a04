#pragma once

#include <optional>
#include <string>

#include "turnout/base/watch.h"
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

/// The tasks of a log that were selected, and what it says of them.
struct SelectedTasks {
  estimation::LogSelection selection;  ///< as the rule left it
  estimation::LogStatistics statistics;
};

/// How the extent of a log changes which of its tasks count, and how time is cut.
using SelectionRule = void (*)(const store::StoreSize& size, estimation::LogSelection& selection);

/// Leaves out the tasks that began in the log's last window: they may go on yet, so that what they
/// came to is not known.
void only_settled_tasks(const store::StoreSize& size, estimation::LogSelection& selection);

/// Cuts time into days, or where the log spans fewer than 20 of them into 40 periods of at least a
/// minute each: enough to find a change between them.
void periods_that_show_changes(const store::StoreSize& size, estimation::LogSelection& selection);

/// Applies the rule to the selection and reads the statistics of what it then selects.
/// @param log  stays open, to be read once more by the selection that is returned
/// @param watch  its steps are passes read
/// @returns errors of the store and of estimation::store_statistics(); kCancelled.
base::Result<SelectedTasks> select_tasks(const mapping::OpenLog& log,
                                         const estimation::LogSelection& selection,
                                         SelectionRule rule, const base::Watch& watch);

/// @returns the statistics of a log, see mapping::open_log() and estimation::store_statistics().
base::Result<LogReading> read_log(const std::string& source,
                                  const std::optional<mapping::MappedLog>& mapped,
                                  const estimation::LogSelection& selection,
                                  const base::Watch& watch);

}  // namespace turnout::analysis
