#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "turnout/base/temporary_files.h"
#include "turnout/base/watch.h"
#include "turnout/mapping/mapped_reader.h"
#include "turnout/store/import.h"

namespace turnout::mapping {

/// A log that can be read as often as needed.
struct OpenLog {
  base::TemporaryPath folder;  ///< of a log in files: holds the store, and outlives it
  std::unique_ptr<store::PassStore> store;
  store::ImportCounts import;  ///< what reading files met; zeros for a store
  std::string taken;           ///< what it was taken for, see AnyPasses; or ""
};

/// Opens a log in a store, to be read, or in files, or of another program (open_any_passes()). Files
/// go through a SQLite file in a temporary folder of our own, so that rows may come in any order and
/// more than once and memory stays constant.
/// @param map  a map's name or file, or "": the log is a store, or what it looks like
/// @param window_us  with a map: how long after an answer a user may come back to the task
/// @param watch  told now and then of the number of passes read since; its cancellation also ends
///   what is asked of the store later
/// @param tasks  with a map: others need not be read from a server
base::Result<OpenLog> open_log(const std::string& source, const std::string& map,
                               std::int64_t window_us, const base::Watch& watch,
                               const WantedTasks& tasks = {});

/// As open_log(), but a file that is no traffic log (no task_id, attempt or model in it) is read as an
/// auditor's record, by the map of that name, if that finds a pass in it.
/// @param source  standard input, a store or a log with a map is read by open_log() only
/// @returns kMalformedInput, saying why it is neither, where neither finds a pass; the error of
///   open_log() if the record's is the same.
base::Result<OpenLog> open_log_or_record(const std::string& source, const std::string& map,
                                         std::int64_t window_us, const base::Watch& watch,
                                         const WantedTasks& tasks = {});

}  // namespace turnout::mapping
