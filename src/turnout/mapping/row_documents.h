#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/cancellation.h"
#include "turnout/base/result.h"
#include "turnout/mapping/row_map.h"
#include "turnout/traffic/json_rows.h"
#include "turnout/traffic/log_files.h"

namespace turnout::mapping {

/// Rows of another program's log, each as JSON text: lines of files, records of CSV, rows of a
/// table.
class RowDocuments {
 public:
  RowDocuments() = default;
  RowDocuments(const RowDocuments&) = delete;
  RowDocuments& operator=(const RowDocuments&) = delete;
  RowDocuments(RowDocuments&&) = delete;
  RowDocuments& operator=(RowDocuments&&) = delete;
  virtual ~RowDocuments() = default;

  /// @returns the next document, valid until the next call; nothing at the end.
  virtual base::Result<std::optional<std::string_view>> next() = 0;
  /// Where the last one was, for messages.
  [[nodiscard]] virtual std::string place() const = 0;
  /// Whether the last one had an end; one without is whole only if its writer was not killed.
  [[nodiscard]] virtual bool ended() const { return true; }
  /// How many files ended in the middle of a row that next() did not return, or of an array.
  [[nodiscard]] virtual std::size_t cut_off() const { return 0; }
};

/// Longest line of another program's log, in bytes: prompts may be long.
inline constexpr std::size_t kLongestDocument = std::size_t{1} << 26U;

/// Opens files as traffic::open_passes() does: the rows of JSON (traffic::JsonRows) as they are, CSV
/// with a header as objects of texts.
base::Result<std::unique_ptr<RowDocuments>> open_documents(
    const std::string& path, traffic::Wrappers wrappers = traffic::Wrappers::kOpened);
/// The same of one file that is open.
std::unique_ptr<RowDocuments> open_documents(traffic::LogFile file, traffic::Wrappers wrappers);

/// Opens a table of a PostgreSQL database, whose rows the server sends while they are read.
/// @param uri      postgres://...
/// @param wanted  of its columns those that the table has are read (prompts and answers that nobody
///   asks for need not travel), or all if it names none; of its times those within the range, if
///   they are timestamps. Its conditions are the caller's.
base::Result<std::unique_ptr<RowDocuments>> open_table(const std::string& uri,
                                                       const std::string& table,
                                                       const WantedRows& wanted,
                                                       const base::Cancellation& cancellation = {});

}  // namespace turnout::mapping
