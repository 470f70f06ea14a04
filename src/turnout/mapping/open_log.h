#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "turnout/mapping/mapped_reader.h"
#include "turnout/store/import.h"

namespace turnout::mapping {

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
  std::unique_ptr<store::PassStore> store;
  store::ImportCounts import;  ///< what reading files met; zeros for a store
};

/// A log of another program, and how to read it.
struct MappedLog {
  RowMap map;
  std::int64_t window_us = 0;  ///< match_reprompts()
};

/// Opens a log in a store or in files (traffic::open_passes()), or by a map (open_mapped_passes()).
/// Files go through a temporary SQLite file, so that rows may come in any order and more than once
/// and memory stays constant.
/// @param on_passes  called now and then with the number of passes read since
base::Result<OpenLog> open_log(const std::string& source, const std::optional<MappedLog>& mapped,
                               const std::function<void(std::size_t)>& on_passes);

}  // namespace turnout::mapping
