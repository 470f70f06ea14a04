#include "turnout/base/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace turnout::base {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18U;

bool is_device(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

}  // namespace

OutputFile::OutputFile(int descriptor, std::string path, std::string partial_path)
    : descriptor_(descriptor), path_(std::move(path)), partial_path_(std::move(partial_path)) {
  buffer_.reserve(kBufferBytes);
}

OutputFile OutputFile::standard_output() { return {STDOUT_FILENO, "standard output", ""}; }

Result<OutputFile> OutputFile::create(const std::string& path) {
  const bool device = is_device(path);
  std::string partial = device ? "" : fmt::format("{}.partial-{}", path, ::getpid());
  const std::string& opened = device ? path : partial;
  const int descriptor = ::open(opened.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return Error{ErrorCode::kUnwritable, fmt::format("cannot be written: {}", std::strerror(errno)),
                 path};
  }
  return OutputFile(descriptor, path, std::move(partial));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      partial_path_(std::move(other.partial_path_)),
      buffer_(std::move(other.buffer_)) {}

OutputFile::~OutputFile() {
  if (descriptor_ < 0 || descriptor_ == STDOUT_FILENO) return;
  ::close(descriptor_);
  if (!partial_path_.empty()) ::unlink(partial_path_.c_str());
}

Error OutputFile::failure(int system_error) const {
  return {ErrorCode::kUnwritable, fmt::format("cannot be written: {}", std::strerror(system_error)),
          path_};
}

Status OutputFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    TURNOUT_CHECK(flush());
  }
  buffer_.append(bytes);
  return Done{};
}

Status OutputFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int system_error = errno;
      buffer_.clear();
      return failure(system_error);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return Done{};
}

Status OutputFile::commit() {
  TURNOUT_CHECK(flush());
  if (partial_path_.empty()) return Done{};
  if (::fsync(descriptor_) != 0 || ::rename(partial_path_.c_str(), path_.c_str()) != 0)
    return failure(errno);
  partial_path_.clear();
  return Done{};
}

}  // namespace turnout::base
