#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "turnout/base/cancellation.h"
#include "turnout/mapping/row_documents.h"
#include "turnout/mapping/row_map.h"
#include "turnout/traffic/pass_reader.h"

namespace turnout::mapping {

/// Which tasks are wanted, by the start of their first pass: in [since, until), microseconds since
/// 1970. From a server's table no more is read than what may belong to them: from a window and
/// kRowsAround before `since` to as long after `until`.
struct WantedTasks {
  std::optional<std::int64_t> since_us, until_us;
};
/// Longer than any answer takes; of a task that goes on for longer after `until`, the rest is not read.
inline constexpr std::chrono::seconds kRowsAround{86'400};

/// Reads another program's log by a map and matches its re-prompts (row_matcher.h), all of it before
/// the first pass: about 60 bytes of memory a row, and half a kilobyte in a temporary file.
/// @param source     files as for traffic::open_passes(), or postgres://... or clickhouse://... if the
///   map names a table
/// @param cancellation  ends reading with kCancelled; asked between rows
/// @param window_us  how long after an answer a user may come back to the task
base::Result<std::unique_ptr<traffic::PassReader>> open_mapped_passes(
    const std::string& source, RowMap map, std::int64_t window_us,
    const base::Cancellation& cancellation = {}, const WantedTasks& tasks = {});

/// The same of documents that are open.
std::unique_ptr<traffic::PassReader> mapped_passes(std::unique_ptr<RowDocuments> documents,
                                                   RowMap map, std::int64_t window_us,
                                                   const base::Cancellation& cancellation = {});

/// A log's passes, and how they are read.
struct AnyPasses {
  std::unique_ptr<traffic::PassReader> passes;
  std::string taken;  ///< what the log was taken for, see RecognisedLog::taken(); or ""
};

/// Opens a log in files (traffic::open_passes()), by a map (open_mapped_passes()), or, without a map's
/// name, as what recognise_log() says: of a folder, the first of its files that says anything.
/// @param map  a map's name or file, see read_row_map(); or ""
/// @returns errors of these functions.
base::Result<AnyPasses> open_any_passes(const std::string& source, const std::string& map,
                                        std::int64_t window_us,
                                        const base::Cancellation& cancellation = {},
                                        const WantedTasks& tasks = {});

}  // namespace turnout::mapping
