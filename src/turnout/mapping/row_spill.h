#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "turnout/base/temporary_files.h"
#include "turnout/mapping/mapped_row.h"

namespace turnout::mapping {

/// Rows in a temporary file, to be read again in any order: what keeps the memory of reading a log
/// bounded. Of texts of users their hashes, sketches and first words are in it (row_messages.h), and
/// names and numbers; about half a kilobyte a row. The file has no name, and goes with the object.
class RowSpill {
 public:
  /// @returns kUnwritable if there is no place for temporary files.
  static base::Result<RowSpill> create();
  RowSpill(RowSpill&& other) noexcept;
  RowSpill& operator=(RowSpill&&) = delete;
  RowSpill(const RowSpill&) = delete;
  RowSpill& operator=(const RowSpill&) = delete;
  ~RowSpill();

  /// Appends a row as it is kept.
  static void pack(const MappedRow& row, std::string& to);
  /// @returns where the row is; kUnwritable for a disk that is full.
  base::Result<std::uint64_t> append(std::string_view packed);
  /// Reads a row that append() put there.
  base::Status read(std::uint64_t at, MappedRow& row);

 private:
  RowSpill(base::TemporaryPath folder, int descriptor);
  base::Status flush();
  base::Status fill(std::uint64_t at, std::size_t size);

  base::TemporaryPath folder_;
  int descriptor_ = -1;
  std::string pending_;        // not yet written
  std::uint64_t written_ = 0;  // bytes in the file
  std::string window_;         // bytes read, from window_begin_
  std::uint64_t window_begin_ = 0;
};

}  // namespace turnout::mapping
