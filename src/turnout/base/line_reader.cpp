#include "turnout/base/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace turnout::base {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 18U;

Error unreadable(const std::string& name, int system_error) {
  return {ErrorCode::kUnreadable, fmt::format("cannot be read: {}", std::strerror(system_error)),
          name};
}

/// @returns bytes read, 0 at the end.
Result<std::size_t> read_some(int descriptor, char* into, std::size_t size,
                              const std::string& name) {
  for (;;) {
    const ssize_t count = ::read(descriptor, into, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return unreadable(name, errno);
  }
}

}  // namespace

LineReader::LineReader(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)) {}

Result<LineReader> LineReader::open(const std::string& path) {
  if (path == "-") return LineReader(STDIN_FILENO, "standard input");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unreadable(path, errno);
  return LineReader(descriptor, path);
}

LineReader LineReader::over(std::string_view bytes, std::string name) {
  LineReader reader(-1, std::move(name));
  reader.memory_ = bytes;
  reader.at_end_ = true;
  return reader;
}

LineReader::LineReader(LineReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      memory_(other.memory_),
      begin_(other.begin_),
      line_number_(other.line_number_),
      at_end_(other.at_end_) {}

LineReader::~LineReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::string_view LineReader::unread() const {
  return (descriptor_ < 0 ? memory_ : std::string_view(buffer_)).substr(begin_);
}

Result<bool> LineReader::refill() {
  if (at_end_) return false;
  buffer_.erase(0, std::exchange(begin_, 0));
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kChunkBytes);
  auto count = read_some(descriptor_, buffer_.data() + kept, kChunkBytes, name_);
  buffer_.resize(kept + (count ? *count : 0));
  if (!count) return count.error();
  at_end_ = *count == 0;
  return !at_end_;
}

Result<std::optional<std::string_view>> LineReader::next() {
  std::size_t searched = 0;
  std::size_t end = 0;
  while ((end = unread().find('\n', searched)) == std::string_view::npos &&
         unread().size() <= kLongestLine) {
    searched = unread().size();
    TURNOUT_TRY(auto more, refill());
    if (!more) break;
  }
  const std::string_view rest = unread();
  if (rest.empty()) return std::optional<std::string_view>();
  ++line_number_;
  std::string_view line = rest.substr(0, end);
  if (line.size() > kLongestLine) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("is longer than {} bytes, the most a line may have", kLongestLine),
                 place()};
  }
  begin_ += line.size() + (end == std::string_view::npos ? 0 : 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line_number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  return std::optional(line);
}

std::string LineReader::place() const { return fmt::format("{}:{}", name_, line_number_); }

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : path;
  const int descriptor = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unreadable(name, errno);
  std::string content;
  Result<std::size_t> count = std::size_t{0};
  do {
    const std::size_t kept = content.size();
    content.resize(kept + kChunkBytes);
    count = read_some(descriptor, content.data() + kept, kChunkBytes, name);
    content.resize(kept + (count ? *count : 0));
  } while (count && *count > 0 && content.size() <= limit);
  if (!standard_input) ::close(descriptor);
  if (!count) return count.error();
  if (content.size() > limit) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("is larger than {} bytes, the most it may have", limit), name};
  }
  return content;
}

}  // namespace turnout::base
