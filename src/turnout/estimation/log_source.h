#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "turnout/estimation/log_statistics.h"
#include "turnout/traffic/import.h"
#include "turnout/traffic/mapped_reader.h"

namespace turnout::estimation {

struct LogReading {
  LogStatistics statistics;
  traffic::ImportCounts import;  ///< what reading files met; zeros for a store
};

/// A SQLite file in the folder for temporary files that is gone when the object is.
class TemporaryFile {
 public:
  TemporaryFile();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  TemporaryFile(TemporaryFile&&) = delete;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  [[nodiscard]] std::string source() const;

 private:
  std::string path_;
};

/// A log that can be read as often as needed.
struct OpenLog {
  std::unique_ptr<TemporaryFile> file;  ///< of a log in files
  std::unique_ptr<traffic::PassStore> store;
  traffic::ImportCounts import;  ///< what reading files met; zeros for a store
};

/// A log of another program, and how to read it.
struct MappedLog {
  traffic::RowMap map;
  std::int64_t window_us = 0;  ///< traffic::match_reprompts()
};

/// Opens a log in a store or in files (traffic::open_passes()), or by a map (traffic::open_mapped_passes()). Files go
/// through a temporary SQLite file, so that rows may come in any order and more than once and memory stays constant.
/// @param on_passes  called now and then with the number of passes read since
base::Result<OpenLog> open_log(const std::string& source, const std::optional<MappedLog>& mapped,
                               const std::function<void(std::size_t)>& on_passes);

/// @returns the statistics of a log, see open_log().
base::Result<LogReading> read_log(const std::string& source, const std::optional<MappedLog>& mapped,
                                  const LogSelection& selection, const std::function<void(std::size_t)>& on_passes);

/// @returns the statistics of a store's log: a server gathers them itself (engines/sql_statistics.h), the rows of
/// SQLite, which runs in our process, are streamed to a StatisticsGatherer.
base::Result<LogStatistics> read_store(traffic::PassStore& store, const LogSelection& selection,
                                       const std::function<void(std::size_t)>& on_passes);

}  // namespace turnout::estimation
