#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/traffic/byte_source.h"

namespace turnout::traffic {

/// Longest line of JSON or CSV, in bytes: a record with text beyond it is not a log of passes.
inline constexpr std::size_t kLongestRow = std::size_t{1} << 20U;

/// Lines of a ByteSource, found with memchr in large chunks, and records that go over several of
/// them. Behind each kPadding readable bytes follow, which the JSON parser may look at. Memory: the
/// longest one.
class RowLines {
 public:
  static constexpr std::size_t kPadding = 64;
  /// @param longest  line, in bytes
  explicit RowLines(ByteSource source, std::size_t longest = kLongestRow);

  /// @returns the next line without its end, valid until the next call; nothing at the end. Errors
  ///   of the source, and kMalformedInput for a line that is too long.
  base::Result<std::optional<std::string_view>> next();
  /// The next CSV record (RFC 4180): a line, and those after it while a field's quote is open.
  /// @returns as next(); a record whose quote never closes has no end, see ended().
  base::Result<std::optional<std::string_view>> next_record();
  /// The next JSON value: an object or array up to its closing bracket, another value up to a comma,
  /// a bracket or white space. Nothing but brackets and quotes is looked at. The next byte must be
  /// no white space, see skip_space().
  base::Result<std::optional<std::string_view>> next_value();
  /// Takes white space, and commas if asked to.
  /// @returns the byte after it, which is not taken; nothing at the end.
  base::Result<std::optional<char>> skip_space(bool commas);
  /// @returns up to `room` bytes that come next, without taking them; room is at most the longest
  ///   line.
  base::Result<std::string_view> ahead(std::size_t room);
  /// Takes bytes that ahead() returned.
  void skip(std::size_t size);
  /// Whether the last line, record or value had an end. One without is whole only if its writer was
  /// not killed.
  [[nodiscard]] bool ended() const { return ended_; }
  /// "name:line" of the first line of what was returned last.
  [[nodiscard]] std::string place() const;
  [[nodiscard]] const std::string& name() const { return source_.name(); }

 private:
  base::Status refill();
  base::Status read_more();
  template <class End>
  base::Result<std::optional<std::string_view>> next_until(End end);
  ByteSource source_;
  std::size_t longest_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what is read and not yet given out
  std::size_t searched_ = 0;         // no line end before it
  std::size_t line_ = 0;             // of what was returned last
  std::size_t lines_taken_ = 0;      // line ends before begin_
  bool at_end_ = false;
  bool ended_ = true;
};

}  // namespace turnout::traffic
