#include "turnout/traffic/row_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace turnout::traffic {

namespace {
constexpr std::size_t kChunk = std::size_t{1} << 18U;
constexpr std::string_view kMark = "\xef\xbb\xbf";  // UTF-8 byte order mark
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

base::Result<std::optional<std::string_view>> RowLines::next() {
  for (;;) {
    const char* from = buffer_.data() + searched_;
    const auto* line_end = static_cast<const char*>(std::memchr(from, '\n', end_ - searched_));
    if (line_end == nullptr && !at_end_) {
      searched_ = end_;
      if (end_ - begin_ > longest_) {
        return base::Error{base::ErrorCode::kMalformedInput,
                           fmt::format("is longer than {} bytes", longest_),
                           fmt::format("{}:{}", source_.name(), line_ + 1)};
      }
      TURNOUT_CHECK(refill());
      continue;
    }
    if (line_end == nullptr && begin_ == end_) return std::optional<std::string_view>();
    ended_ = line_end != nullptr;
    const std::size_t stop = ended_ ? static_cast<std::size_t>(line_end - buffer_.data()) : end_;
    std::string_view line(buffer_.data() + begin_, stop - begin_);
    begin_ = searched_ = std::min(stop + 1, end_);
    if (++line_ == 1 && line.starts_with(kMark)) line.remove_prefix(kMark.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::optional(line);
  }
}

}  // namespace turnout::traffic
