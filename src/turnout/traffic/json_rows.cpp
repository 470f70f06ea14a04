#include "turnout/traffic/json_rows.h"

#include <algorithm>
#include <array>
#include <utility>

namespace turnout::traffic {
namespace {

using base::Result;

/// Bytes within which a wrapper's array has to begin.
constexpr std::size_t kLookAhead = 4096;

/// The key of a wrapper's rows, and those that stand beside it in the answers of APIs: an object
/// with another key first is a row.
constexpr std::array<std::string_view, 6> kRowKeys = {"data",    "rows",    "items",
                                                      "results", "records", "logs"};
constexpr std::array<std::string_view, 16> kPageKeys = {
    "object", "meta",     "has_more", "next",      "previous",    "page",      "limit",   "total",
    "count",  "first_id", "last_id",  "page_size", "total_pages", "next_page", "success", "cursor"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Reads just enough of an object's first keys to tell a wrapper.
class Opening {
 public:
  explicit Opening(std::string_view bytes) : bytes_(bytes) {}

  /// @returns where the first element of the wrapper's array may be; nothing for another object.
  std::optional<std::size_t> rows() {
    if (!take('{')) return std::nullopt;
    for (;;) {
      const auto key = text();
      if (!key || !take(':')) return std::nullopt;
      if (among(kRowKeys, *key)) return first_element();
      if (!among(kPageKeys, *key) || !pass_value() || !take(',')) return std::nullopt;
    }
  }

 private:
  std::optional<std::size_t> first_element() {
    if (!take('[')) return std::nullopt;
    const std::size_t begin = at_;
    return take('{') || take(']') ? std::optional(begin) : std::nullopt;
  }

  bool take(char wanted) {
    while (at_ < bytes_.size() &&
           std::string_view(" \t\r\n").find(bytes_[at_]) != std::string_view::npos)
      ++at_;
    if (at_ == bytes_.size() || bytes_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  /// A text without its quotes; escapes stay as they are.
  std::optional<std::string_view> text() {
    if (!take('"')) return std::nullopt;
    const std::size_t begin = at_;
    for (; at_ < bytes_.size() && bytes_[at_] != '"'; ++at_) at_ += bytes_[at_] == '\\' ? 1U : 0U;
    if (at_ >= bytes_.size()) return std::nullopt;
    return bytes_.substr(begin, at_++ - begin);
  }

  /// Passes over a value; brackets and quotes are all that matters.
  bool pass_value() {
    int depth = 0;
    while (at_ < bytes_.size()) {
      const char c = bytes_[at_];
      if (c == '"') {
        if (!text()) return false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}')) return true;
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      ++at_;
    }
    return false;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

JsonRows::JsonRows(ByteSource source, std::size_t longest, Wrappers wrappers)
    : lines_(std::move(source), longest), wrappers_(wrappers) {}

/// Lines, unless the first value is an array, a wrapper, or goes over several lines.
base::Status JsonRows::look_at_start() {
  where_ = Where::kLines;
  TURNOUT_TRY(const auto first, lines_.skip_space(false));
  if (!first || (*first != '{' && *first != '[')) return base::Done{};
  TURNOUT_TRY(const auto bytes, lines_.ahead(kLookAhead));
  const bool wrapper = wrappers_ == Wrappers::kOpened && Opening(bytes).rows().has_value();
  const auto line_end = std::min(bytes.find('\n'), bytes.size());
  const auto line = bytes.substr(0, line_end);
  const auto last = line.find_last_not_of(" \t\r");
  // A row of JSON Lines ends with its line; one that is longer than we look is taken for one.
  const bool over_lines = line_end < bytes.size() &&
                          (line[last] != '}' || std::count(line.begin(), line.end(), '{') !=
                                                    std::count(line.begin(), line.end(), '}'));
  if (*first == '{' && !wrapper && over_lines) {
    // Braces in texts count for nothing: the line after tells.
    const auto next = bytes.find_first_not_of(" \t\r\n", line_end);
    if (next == std::string_view::npos || bytes[next] != '{') where_ = Where::kBetween;
  }
  if (*first == '[' || wrapper) where_ = Where::kBetween;
  form_ = *first == '['               ? "a JSON array"
          : wrapper                   ? "JSON with the rows in an array"
          : where_ == Where::kBetween ? "JSON over several lines"
                                      : "JSON Lines";
  return base::Done{};
}

Result<std::optional<std::string_view>> JsonRows::next_line() {
  for (;;) {
    auto line = lines_.next();
    if (!line || !line->has_value() || (*line)->find_first_not_of(" \t") != std::string_view::npos)
      return line;
  }
}

/// At the beginning of a value between rows. @returns whether it was an array's or wrapper's.
Result<bool> JsonRows::step_in(char first) {
  if (first == '[') {
    lines_.skip(1);
    where_ = Where::kInArray;
    return true;
  }
  if (first != '{' || wrappers_ == Wrappers::kKept) return false;
  TURNOUT_TRY(const auto bytes, lines_.ahead(kLookAhead));
  const auto rows = Opening(bytes).rows();
  if (!rows) return false;
  lines_.skip(*rows);
  where_ = Where::kInWrapper;
  return true;
}

/// At the closing bracket of an array. @returns whether what it is in has its end, too.
Result<bool> JsonRows::step_out() {
  lines_.skip(1);
  if (std::exchange(where_, Where::kBetween) == Where::kInArray) return true;
  for (;;) {  // the keys after the wrapper's rows
    TURNOUT_TRY(const auto next, lines_.skip_space(true));
    if (!next) return false;
    if (*next == '}') {
      lines_.skip(1);
      return true;
    }
    if (*next == ':') {
      lines_.skip(1);
      continue;
    }
    TURNOUT_TRY(const auto value, lines_.next_value());
    if (!value || value->empty()) return false;
  }
}

Result<std::optional<std::string_view>> JsonRows::next() {
  if (where_ == Where::kStart) TURNOUT_CHECK(look_at_start());
  if (where_ == Where::kLines) return next_line();
  for (;;) {
    const bool inside = where_ != Where::kBetween;
    TURNOUT_TRY(const auto first, lines_.skip_space(inside));
    if (!first) {
      closed_ = !inside;
      return std::optional<std::string_view>();
    }
    if (inside && *first == ']') {
      TURNOUT_TRY(closed_, step_out());
      if (!closed_) return std::optional<std::string_view>();
      continue;
    }
    if (!inside) {
      TURNOUT_TRY(const bool stepped, step_in(*first));
      if (stepped) continue;
    }
    auto value = lines_.next_value();
    // A closing bracket or colon where a value should be is given out, for the parser to refuse.
    if (value && value->has_value() && (*value)->empty()) return next_line();
    return value;
  }
}

std::string form_of_json(std::string_view first_bytes) {
  JsonRows rows(ByteSource::over(first_bytes, ""), first_bytes.size());
  const auto first = rows.next();
  return first ? rows.form() : "JSON";
}

}  // namespace turnout::traffic
