#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"

namespace turnout::base {

/// Reads a file or standard input line by line in constant memory. A line ends with "\n" or "\r\n",
/// the last one also with the end of the input. A UTF-8 byte order mark at the start is passed
/// over. A line longer than kLongestLine bytes is an error, so that a binary file cannot eat the
/// memory.
class LineReader {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{1} << 20U;

  /// @param path  a file, or "-" for standard input
  /// @returns kUnreadable with the path and the system's reason.
  static Result<LineReader> open(const std::string& path);
  /// Reads from bytes that are already in memory; they must outlive the reader.
  static LineReader over(std::string_view bytes, std::string name);

  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader();

  /// @returns the next line without its end, valid until the next call; nothing at the end of the
  ///   input.
  Result<std::optional<std::string_view>> next();
  /// Number of the line that next() returned last; the first is 1.
  [[nodiscard]] std::size_t line_number() const { return line_number_; }
  /// The file's path, or "standard input".
  [[nodiscard]] const std::string& name() const { return name_; }
  /// "name:line", for messages about the line that next() returned last.
  [[nodiscard]] std::string place() const;

 private:
  LineReader(int descriptor, std::string name);
  Result<bool> refill();
  [[nodiscard]] std::string_view unread() const;

  int descriptor_;  // -1 when reading from memory
  std::string name_;
  std::string buffer_;       // what was read from the descriptor
  std::string_view memory_;  // or the caller's bytes
  std::size_t begin_ = 0;    // where in either the next line starts
  std::size_t line_number_ = 0;
  bool at_end_ = false;
};

/// @returns the whole content of a file (or of "-"), at most `limit` bytes; kUnreadable otherwise.
Result<std::string> read_file(const std::string& path, std::size_t limit);

}  // namespace turnout::base
