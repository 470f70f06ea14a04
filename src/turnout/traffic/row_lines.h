#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/traffic/byte_source.h"

namespace turnout::traffic {

/// Longest line of JSON or CSV, in bytes: a record with text beyond it is not a log of passes.
inline constexpr std::size_t kLongestRow = std::size_t{1} << 20U;

/// Lines of a ByteSource, found with memchr in large chunks. Behind every line kPadding readable
/// bytes follow, which the JSON parser may look at.
class RowLines {
 public:
  static constexpr std::size_t kPadding = 64;
  /// @param longest  line, in bytes
  explicit RowLines(ByteSource source, std::size_t longest = kLongestRow);

  /// @returns the next line without its end, valid until the next call; nothing at the end. Errors
  ///   of the source, and kMalformedInput for a line that is too long.
  base::Result<std::optional<std::string_view>> next();
  [[nodiscard]] std::size_t line_number() const { return line_; }
  /// Whether the last line had an end. One without is whole only if its writer was not killed.
  [[nodiscard]] bool ended() const { return ended_; }
  /// "name:line" of the line that next() returned last.
  [[nodiscard]] std::string place() const;
  [[nodiscard]] const std::string& name() const { return source_.name(); }

 private:
  base::Status refill();
  ByteSource source_;
  std::size_t longest_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what is read and not yet given out
  std::size_t searched_ = 0;         // no line end before it
  std::size_t line_ = 0;
  bool at_end_ = false;
  bool ended_ = true;
};

}  // namespace turnout::traffic
