#include "secret_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "sharing.h"
#include "turnout/gateway/key_ring.h"

namespace turnout::program {

base::Result<Secret> read_secret(const gateway::Config& config) {
  const auto path =
      std::filesystem::path(config.store.spill).replace_filename("turnout.secret").string();
  const auto problem = [&](base::ErrorCode code, const std::string& what) {
    return base::Error{code, what, path};
  };
  LockedFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.fd() < 0) return problem(base::ErrorCode::kUnwritable, std::strerror(errno));
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0)
    return problem(base::ErrorCode::kUnsupported, "another gateway runs with the files beside it");
  std::array<char, 65> text{};
  const ssize_t got = ::pread(file.fd(), text.data(), text.size(), 0);
  if (got == 0) {
    std::array<std::uint8_t, 32> random{};
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
      return problem(base::ErrorCode::kUnreadable, "the system gives no random bytes");
    const std::string line = gateway::hex_of(random) + "\n";
    std::copy_n(line.data(), text.size(), text.data());
    if (::pwrite(file.fd(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      return problem(base::ErrorCode::kUnwritable, std::strerror(errno));
  }
  std::string hex(text.data(), 64);
  if (gateway::digest_of(hex) && !config.store.tasks.empty()) {
    TURNOUT_TRY(hex, shared_secret(config, hex));
  }
  const auto digest = gateway::digest_of(hex);
  if (!digest) return problem(base::ErrorCode::kMalformedInput, "is not 64 hexadecimal digits");
  std::uint64_t secret = 0;
  for (std::size_t i = 0; i < sizeof secret; ++i) secret = (secret << 8U) | (*digest)[i];
  return Secret{secret | 1U, std::move(file)};
}

}  // namespace turnout::program
