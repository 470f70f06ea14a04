#include "turnout/base/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace turnout::base {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18U;

Error unwritable(const std::string& name, int system_error) {
  return {ErrorCode::kUnwritable, fmt::format("cannot be written: {}", std::strerror(system_error)),
          name};
}

/// @returns the number of the open descriptor of ours that a path such as /dev/fd/3 stands for. To
///   open such a path again would empty its file, or fail for a socket.
std::optional<int> own_descriptor(const std::filesystem::path& path) {
  std::error_code problem;
  const auto folder = std::filesystem::canonical(path.parent_path(), problem).string();
  if (problem || folder != fmt::format("/proc/{}/fd", ::getpid())) return std::nullopt;
  const std::string number = path.filename().string();
  int descriptor = -1;
  const char* end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, descriptor);
  return read.ptr == end && read.ec == std::errc{} ? std::optional(descriptor) : std::nullopt;
}

/// Where a name leads, link by link.
struct Destination {
  std::filesystem::path path;     // no link any more; there or not
  std::optional<int> descriptor;  // an open one of ours instead
};

/// @returns the end of the links; ELOOP if there is none. What a name leads to need not exist, so
///   realpath() is of no use.
Result<Destination> follow_links(const std::string& name) {
  constexpr int kMostLinks = 40;  // as the kernel's
  std::filesystem::path path = name;
  for (int links = 0; links <= kMostLinks; ++links) {
    if (const auto descriptor = own_descriptor(path)) return Destination{path, descriptor};
    std::error_code none;
    const auto target = std::filesystem::read_symlink(path, none);
    if (none) return Destination{path, std::nullopt};
    path = path.parent_path() / target;  // an absolute target replaces the folder
  }
  return unwritable(name, ELOOP);
}

}  // namespace

OutputFile::OutputFile(int descriptor, std::string name, std::string destination,
                       TemporaryPath partial)
    : descriptor_(descriptor),
      name_(std::move(name)),
      destination_(std::move(destination)),
      partial_(std::move(partial)) {
  buffer_.reserve(kBufferBytes);
}

OutputFile OutputFile::standard_output() { return {STDOUT_FILENO, "standard output", "", {}}; }

Result<OutputFile> OutputFile::create(const std::string& path) {
  constexpr mode_t kMode = 0666;
  if (path == "-") return standard_output();
  TURNOUT_TRY(const Destination to, follow_links(path));
  if (to.descriptor) {
    const int copy = ::fcntl(*to.descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return unwritable(path, errno);
    return OutputFile(copy, path, "", {});
  }
  struct stat info {};
  const bool there = ::stat(to.path.c_str(), &info) == 0;
  if (there && S_ISDIR(info.st_mode)) return unwritable(path, EISDIR);
  if (there && !S_ISREG(info.st_mode)) {
    const int device = ::open(to.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (device < 0) return unwritable(path, errno);
    return OutputFile(device, path, "", {});
  }
  const std::string partial = fmt::format("{}.partial-{}", to.path.string(), ::getpid());
  ::unlink(partial.c_str());  // of a killed process that had our number
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (file < 0) return unwritable(path, errno);
  return OutputFile(file, path, to.path.string(), TemporaryPath(partial));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      destination_(std::move(other.destination_)),
      partial_(std::move(other.partial_)),
      buffer_(std::move(other.buffer_)) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0 && descriptor_ != STDOUT_FILENO) ::close(descriptor_);
}

Error OutputFile::failure(int system_error) const { return unwritable(name_, system_error); }

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
  if (partial_.path().empty()) return Done{};
  if (::fsync(descriptor_) != 0 || ::rename(partial_.path().c_str(), destination_.c_str()) != 0)
    return failure(errno);
  partial_.keep();
  return Done{};
}

Status write_file(const std::string& path, std::string_view bytes) {
  TURNOUT_TRY(auto out, OutputFile::create(path));
  TURNOUT_CHECK(out.write(bytes));
  return out.commit();
}

}  // namespace turnout::base
