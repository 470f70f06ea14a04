#include "turnout/traffic/row_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace turnout::traffic {

namespace {
constexpr std::size_t kChunk = std::size_t{1} << 18U;
constexpr std::string_view kMark = "\xef\xbb\xbf";  // UTF-8 byte order mark

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
}  // namespace

RowLines::RowLines(ByteSource source, std::size_t longest)
    : source_(std::move(source)), longest_(longest), buffer_(kChunk + kPadding, '\0') {}

std::string RowLines::place() const { return fmt::format("{}:{}", source_.name(), line_); }

base::Status RowLines::refill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  searched_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
  if (end_ + kPadding == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  TURNOUT_TRY(auto size, source_.read(buffer_.data() + end_, buffer_.size() - kPadding - end_));
  at_end_ = size == 0;
  end_ += size;
  return base::Done{};
}

base::Status RowLines::read_more() {
  if (end_ - begin_ > longest_) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       fmt::format("is longer than {} bytes", longest_),
                       fmt::format("{}:{}", source_.name(), lines_taken_ + 1)};
  }
  return refill();
}

base::Result<std::optional<std::string_view>> RowLines::next() {
  for (;;) {
    const char* from = buffer_.data() + searched_;
    const auto* line_end = static_cast<const char*>(std::memchr(from, '\n', end_ - searched_));
    if (line_end == nullptr && !at_end_) {
      searched_ = end_;
      TURNOUT_CHECK(read_more());
      continue;
    }
    if (line_end == nullptr && begin_ == end_) return std::optional<std::string_view>();
    ended_ = line_end != nullptr;
    const std::size_t stop = ended_ ? static_cast<std::size_t>(line_end - buffer_.data()) : end_;
    std::string_view line(buffer_.data() + begin_, stop - begin_);
    begin_ = searched_ = std::min(stop + 1, end_);
    line_ = ++lines_taken_;
    if (line_ == 1 && line.starts_with(kMark)) line.remove_prefix(kMark.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::optional(line);
  }
}

namespace {

/// Finds the line end behind a CSV record, as its bytes come.
class RecordEnd {
 public:
  std::optional<std::size_t> operator()(std::string_view bytes) {
    if (at_ == 0 && bytes.starts_with(kMark)) at_ = kMark.size();
    for (; at_ < bytes.size(); ++at_) {
      const char c = bytes[at_];
      if (quoted_) {
        quoted_ = c != '"';  // a doubled quote closes and opens again
        between_ = !quoted_;
        continue;
      }
      if (c == '\n') return at_ + 1;
      quoted_ = c == '"' && (field_begins_ || between_);
      between_ = false;
      field_begins_ = c == ',';
    }
    return std::nullopt;
  }

 private:
  std::size_t at_ = 0;
  bool field_begins_ = true, quoted_ = false, between_ = false;
};

/// Finds the end of a JSON value, as its bytes come.
class ValueEnd {
 public:
  std::optional<std::size_t> operator()(std::string_view bytes) {
    for (; at_ < bytes.size(); ++at_) {
      const char c = bytes[at_];
      if (in_text_) {
        in_text_ = c != '"' || escaped_;
        escaped_ = c == '\\' && !escaped_;
        if (!in_text_ && depth_ == 0) return at_ + 1;
      } else if (c == '"') {
        in_text_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        if (depth_ <= 1) return at_ + static_cast<std::size_t>(depth_);
        --depth_;
      } else if (depth_ == 0 && (c == ',' || is_space(c))) {
        return at_;
      }
    }
    return std::nullopt;
  }

 private:
  std::size_t at_ = 0;
  int depth_ = 0;
  bool in_text_ = false, escaped_ = false;
};

}  // namespace

template <class End>
base::Result<std::optional<std::string_view>> RowLines::next_until(End end) {
  for (;;) {
    const std::string_view known(buffer_.data() + begin_, end_ - begin_);
    const auto size = end(known);
    if (!size && !at_end_) {
      TURNOUT_CHECK(read_more());
      continue;
    }
    if (known.empty()) return std::optional<std::string_view>();
    ended_ = size.has_value();
    const std::string_view record = known.substr(0, size.value_or(known.size()));
    line_ = lines_taken_ + 1;
    skip(record.size());
    return std::optional(record);
  }
}

base::Result<std::optional<std::string_view>> RowLines::next_record() {
  // Most records are one line without a quote.
  const void* line_end = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
  if (line_end != nullptr &&
      std::memchr(buffer_.data() + begin_, '"',
                  static_cast<std::size_t>(static_cast<const char*>(line_end) - buffer_.data()) -
                      begin_) == nullptr)
    return next();
  auto record = next_until(RecordEnd());
  if (!record || !record->has_value()) return record;
  std::string_view text = **record;
  if (line_ == 1 && text.starts_with(kMark)) text.remove_prefix(kMark.size());
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return std::optional(text);
}

base::Result<std::optional<std::string_view>> RowLines::next_value() {
  return next_until(ValueEnd());
}

base::Result<std::string_view> RowLines::ahead(std::size_t room) {
  while (!at_end_ && end_ - begin_ < room) TURNOUT_CHECK(refill());
  if (lines_taken_ == 0 &&
      std::string_view(buffer_.data() + begin_, end_ - begin_).starts_with(kMark))
    begin_ += kMark.size();
  searched_ = std::max(searched_, begin_);
  return std::string_view(buffer_.data() + begin_, std::min(room, end_ - begin_));
}

void RowLines::skip(std::size_t size) {
  const char* from = buffer_.data() + begin_;
  lines_taken_ += static_cast<std::size_t>(std::count(from, from + size, '\n'));
  begin_ += size;
  searched_ = begin_;
}

base::Result<std::optional<char>> RowLines::skip_space(bool commas) {
  for (;;) {
    TURNOUT_TRY(const auto next, ahead(kPadding));
    if (next.empty()) return std::optional<char>();
    const auto* end = std::find_if(next.begin(), next.end(),
                                   [&](char c) { return !is_space(c) && !(commas && c == ','); });
    skip(static_cast<std::size_t>(end - next.begin()));
    if (end != next.end()) return std::optional(*end);
  }
}

}  // namespace turnout::traffic
