#pragma once

#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/traffic/byte_source.h"

namespace turnout::traffic {

/// A log's file, opened.
struct LogFile {
  ByteSource source;
  /// Told by the name, ".csv" before an optional ".gz" or ".zst"; of standard input and of names that
  /// tell nothing by the first byte.
  bool is_csv = false;
};

/// @param path  a file, or "-"
base::Result<LogFile> open_log_file(const std::string& path);

/// @returns all *.jsonl, *.ndjson, *.json and *.csv (and .gz, .zst) of a folder and the folders in it, by
///   name; nothing for a path that is no folder. kUnreadable for a folder that cannot be read,
///   kMalformedInput for one without such files.
base::Result<std::vector<std::string>> log_files(const std::string& path);

}  // namespace turnout::traffic
