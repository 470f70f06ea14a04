#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/gateway/breaker.h"
#include "turnout/gateway/config.h"
#include "turnout/gateway/key_ring.h"
#include "turnout/gateway/open_tasks.h"

namespace turnout::gateway {

/// What a configuration comes to while the gateway runs. Immutable but for keys and breakers, which
/// know how to be shared; replaced whole when the configuration is read again.
struct Setup {
  Config config;
  std::shared_ptr<const PolicyVersion> policy;  ///< in force
  std::vector<std::uint32_t> origins;           ///< http::Server's number of each upstream
  std::vector<std::string> upstream_keys;       ///< of each upstream; empty: the client's, or none
  std::shared_ptr<KeyRing> keys;
  std::shared_ptr<std::vector<Breaker>> breakers;  ///< of each upstream, by what this gateway saw
  /// Of each key, and of nobody's, and each upstream: by what the key's own reports say.
  std::shared_ptr<std::vector<Breaker>> reported;
  std::uint64_t secret = 1;  ///< what hashes of ids and texts begin with

  /// @returns what hashes of a key's ids and texts begin with; not 0.
  [[nodiscard]] std::uint64_t seed_of(std::uint32_t key) const;
  /// @returns a key's name; empty for nobody's.
  [[nodiscard]] std::string key_name(std::uint32_t key) const;
  /// @returns the number of a key's name; nothing if there is none.
  [[nodiscard]] std::optional<std::uint32_t> key_of(std::string_view name) const;
  /// @returns the models that may serve instead of one, the next best first.
  [[nodiscard]] std::vector<std::size_t> fallbacks(std::size_t model) const;
};

/// @returns the version of a policy; kInvalidValue for a text that is none.
base::Result<std::shared_ptr<const PolicyVersion>> policy_version(
    const std::string& text, const std::vector<std::string>& models);

/// Makes a setup; reads the keys of the upstreams from where the configuration says.
/// @param secret   not 0; the same as long as hashes in the log are to mean the same user
/// @returns kInvalidValue or kUnreadable with the upstream whose key is not there.
base::Result<std::shared_ptr<Setup>> make_setup(Config config, std::uint64_t secret);

}  // namespace turnout::gateway
