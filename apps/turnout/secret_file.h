#pragma once

#include <unistd.h>

#include <cstdint>
#include <utility>

#include "turnout/base/result.h"
#include "turnout/gateway/config.h"

namespace turnout::program {

/// A file that this process alone has open, as long as it runs.
class LockedFile {
 public:
  explicit LockedFile(int fd) : fd_(fd) {}
  LockedFile(LockedFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  LockedFile& operator=(LockedFile&&) = delete;
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;
  ~LockedFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// What hashes in the log begin with, so that the same user has the same name in it after a restart:
/// in a file beside the spill file, which its owner alone may read, and one gateway alone uses.
struct Secret {
  std::uint64_t value = 0;
  LockedFile file;
};

/// Reads the secret, or makes one; of gateways that share tasks it is the first one's (sharing.h).
/// @returns kUnsupported if another gateway runs with the files beside the configuration;
///   kMalformedInput if the file has no secret in it; errors of the file and the system.
base::Result<Secret> read_secret(const gateway::Config& config);

}  // namespace turnout::program
