#pragma once

#include <string>

#include "turnout/base/watch.h"
#include "turnout/store/import.h"

namespace turnout::analysis {

struct ImportOptions {
  std::string map;  ///< how another program's log is read, see mapping::read_row_map(); or ""
  double window_s = 3600;  ///< with a map: seconds within which a user comes back to a task
};

/// What came of putting a log into a store, each pass once.
struct ImportAnswer {
  store::ImportCounts counts;
};

/// @param source  FILE.jsonl, FILE.csv (plain, .gz, .zst), a folder of them or "-"; with a map a
///   database too
/// @param destination  "sqlite:FILE", "postgres://..." or "clickhouse://..."; made if it is not
///   there
/// @param watch  told of passes stored
/// @returns the answer; kMalformedInput for a source or destination of the wrong kind, errors of
///   reading and storing, kCancelled. What was stored before an error stays: doing it again
///   finishes it.
base::Result<ImportAnswer> import_answer(const std::string& source, const std::string& destination,
                                         const ImportOptions& options,
                                         const base::Watch& watch = {});

}  // namespace turnout::analysis
