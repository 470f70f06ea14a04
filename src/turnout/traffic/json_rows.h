#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/traffic/row_lines.h"

namespace turnout::traffic {

/// Which objects hold rows instead of being one.
enum class Wrappers : std::uint8_t {
  kOpened,  ///< {"data": [row, ...]} as APIs answer: what its array holds are the rows
  kKept,    ///< none: each object is a row
};

/// The rows of a JSON file as their texts, one at a time: JSON Lines; objects that go over several
/// lines; the elements of an array; those of the array in an object (Wrappers). Told by the first
/// bytes, whatever the name. Memory: the longest row, also of an array of any length. The texts are
/// not checked: the parser does that. As fast as RowLines for JSON Lines, about half a gigabyte a
/// second for the others.
class JsonRows {
 public:
  /// @param longest  row, in bytes
  explicit JsonRows(ByteSource source, std::size_t longest = kLongestRow,
                    Wrappers wrappers = Wrappers::kOpened);

  /// @returns the next row's text, valid until the next call; nothing at the end. Errors of
  ///   RowLines.
  base::Result<std::optional<std::string_view>> next();
  /// Whether the last row had an end. One without is whole only if its writer was not killed.
  [[nodiscard]] bool ended() const { return lines_.ended(); }
  /// After the last row: whether the array or object around the rows had an end.
  [[nodiscard]] bool closed() const { return closed_; }
  /// "name:line" of the last row's first line.
  [[nodiscard]] std::string place() const { return lines_.place(); }
  /// What the first bytes are: "JSON Lines", "a JSON array", ...; after the first next().
  [[nodiscard]] const char* form() const { return form_; }

 private:
  enum class Where : std::uint8_t { kStart, kLines, kBetween, kInArray, kInWrapper };
  base::Result<std::optional<std::string_view>> next_line();
  base::Result<bool> step_in(char first);
  base::Result<bool> step_out();
  base::Status look_at_start();

  RowLines lines_;
  Wrappers wrappers_;
  Where where_ = Where::kStart;
  const char* form_ = "JSON Lines";
  bool closed_ = true;
};

/// @returns JsonRows::form() of a file that begins with these bytes.
std::string form_of_json(std::string_view first_bytes);

}  // namespace turnout::traffic
