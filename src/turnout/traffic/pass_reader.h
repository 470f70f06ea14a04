#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/traffic/byte_source.h"
#include "turnout/traffic/match_counts.h"
#include "turnout/traffic/pass.h"

namespace turnout::traffic {

/// What a reader met so far. Rows with a defect are passed over, counted here and never lost from
/// sight.
struct RowCounts {
  std::size_t rows = 0;  ///< rows read, sound or not
  std::array<std::size_t, kDefects> defects{};
  std::string first_defect;  ///< "file:line: what", of the first row with one
  std::size_t cut_off =
      0;                ///< last lines without an end that are no record: a writer that was killed
  MatchCounts matches;  ///< of a log that a map reads
  [[nodiscard]] std::size_t refused() const;
};

/// Reads passes one by one in constant memory, about a gigabyte of JSON Lines a second.
class PassReader {
 public:
  PassReader() = default;
  PassReader(const PassReader&) = delete;
  PassReader& operator=(const PassReader&) = delete;
  PassReader(PassReader&&) = delete;
  PassReader& operator=(PassReader&&) = delete;
  virtual ~PassReader() = default;

  /// Puts the next sound pass into `pass`, whose memory is reused.
  /// @returns false at the end; kMalformedInput with file and line for text that is no record at
  ///   all.
  virtual base::Result<bool> next(Pass& pass) = 0;
  [[nodiscard]] const RowCounts& counts() const { return counts_; }

 protected:
  RowCounts counts_;
};

/// JSON Lines: one object a line with the columns of docs/formats.md as keys, in any order; further
/// keys are passed over.
std::unique_ptr<PassReader> json_reader(ByteSource source);

/// CSV with a header that has the columns in any order; further columns are passed over, empty
/// fields are unknown.
std::unique_ptr<PassReader> csv_reader(ByteSource source);

/// Opens what a path names: JSON Lines or CSV (told by the name, ".csv" before an optional ".gz" or
/// ".zst", and for standard input by the first byte), plain or compressed; all such files of a
/// folder in the order of their names.
/// @returns kUnreadable for a path that cannot be read, kMalformedInput for a folder without such
///   files.
base::Result<std::unique_ptr<PassReader>> open_passes(const std::string& path);

}  // namespace turnout::traffic
