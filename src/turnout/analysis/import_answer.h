#pragma once

#include <string>

#include "turnout/base/watch.h"
#include "turnout/store/import.h"

namespace turnout::analysis {

struct ImportOptions {
  /// how another program's log is read, see mapping::read_row_map(); "": by what it looks like
  std::string map;
  double window_s = 3600;  ///< with a map: seconds within which a user comes back to a task
};

/// What came of putting a log into a store, each pass once.
struct ImportAnswer {
  store::ImportCounts counts;
  std::string taken;      ///< what the log was taken for, see open_any_log(); or ""
  std::string summaries;  ///< why the store's summaries could not be brought up to date; or ""
  /// Whether the store now holds a pass of the log.
  [[nodiscard]] bool did_anything() const {
    return counts.stored.added + counts.stored.repeated + counts.stored.conflicting > 0;
  }
};

/// @returns why an import that did nothing may have done nothing, and what to do: an error for the
///   program to end with.
base::Error nothing_imported(const std::string& source, const ImportAnswer& answer);

/// @param source  FILE.jsonl, FILE.csv (plain, .gz, .zst), a folder of them or "-"; with a map a
///   database too
/// @param destination  "sqlite:FILE", "postgres://..." or "clickhouse://..."; made if it is not
///   there
/// @param watch  told of passes stored
/// @returns the answer; kMalformedInput for a source or destination of the wrong kind, errors of
///   reading and storing, kCancelled. What was stored before an error stays: doing it again
///   finishes it. The summaries of a store that keeps any are brought up to date at the end.
base::Result<ImportAnswer> import_answer(const std::string& source, const std::string& destination,
                                         const ImportOptions& options,
                                         const base::Watch& watch = {});

}  // namespace turnout::analysis
