#pragma once

#include <string>
#include <vector>

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
  std::string taken;           ///< what it was taken for, see open_any_log(); or ""
};

/// How another program's log is read.
struct LogMap {
  std::string name;  ///< of a map or its file, see mapping::read_row_map(); "": look at the log
  double window_s = 3600;           ///< within which a user comes back to a task
  mapping::WantedTasks tasks = {};  ///< others need not be read from a server
};

/// Opens any log: a store; files of passes; another program's log by a map; or, without a map's name,
/// as what it looks like (mapping::recognise_log()).
/// @param source  FILE, a folder, "-", or a store
/// @param watch   its steps are passes read
/// @returns the log, to be read as often as needed, with what reading met and what it was taken for;
///   an error that says what was seen and what a map would need, for a file of no known kind.
base::Result<mapping::OpenLog> open_any_log(const std::string& source, const LogMap& map,
                                            const base::Watch& watch);

/// @returns what whoever uses the log's numbers should know of how it was read: what it was taken
///   for, which rows were refused and why, what is to be asked. A sentence each.
std::vector<std::string> reading_notes(const store::ImportCounts& import, const std::string& taken);

/// @returns that nothing can be learnt from a log without passes, and what was left out of it.
/// @param source  what is named in the error
base::Error no_pass(const std::string& source, const estimation::LogStatistics& statistics,
                    const store::ImportCounts& import);

/// The tasks of a log that were selected, and what it says of them.
struct SelectedTasks {
  estimation::LogSelection selection;  ///< as the rule left it
  estimation::LogStatistics statistics;
};

/// How the extent of a log changes which of its tasks count, and how time is cut.
using SelectionRule = void (*)(const store::LogSpan& span, estimation::LogSelection& selection);

/// Leaves out the tasks that began in the log's last window: they may go on yet, so that what they
/// came to is not known.
void only_settled_tasks(const store::LogSpan& span, estimation::LogSelection& selection);

/// Cuts time into days, or where the log spans fewer than 20 of them into 40 periods of at least a
/// minute each: enough to find a change between them.
void periods_that_show_changes(const store::LogSpan& span, estimation::LogSelection& selection);

/// Applies the rule to the selection and reads the statistics of what it then selects.
/// @param log  stays open, to be read once more by the selection that is returned
/// @param watch  its steps are passes read
/// @returns errors of the store and of estimation::store_statistics(); kCancelled.
base::Result<SelectedTasks> select_tasks(const mapping::OpenLog& log,
                                         const estimation::LogSelection& selection,
                                         SelectionRule rule, const base::Watch& watch);

/// @returns the statistics of a log, see open_any_log() and estimation::store_statistics().
base::Result<LogReading> read_log(const std::string& source, const LogMap& map,
                                  const estimation::LogSelection& selection,
                                  const base::Watch& watch);

}  // namespace turnout::analysis
