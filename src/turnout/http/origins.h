#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "turnout/http/connection.h"
#include "turnout/http/server.h"
#include "turnout/http/tls.h"

namespace turnout::http {

/// An address of an origin.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// The origins of a server and their addresses; shared by its threads, only ever added to.
class Origins {
 public:
  /// An origin and where it is. Its parts but the addresses never change.
  struct Entry {
    Origin origin;
    std::string host;                      ///< as Host has it
    std::shared_ptr<const TlsOrigin> tls;  ///< nothing: plain
    std::shared_ptr<const std::vector<Address>> addresses;
  };
  base::Result<std::uint32_t> add(const Origin& origin);
  [[nodiscard]] std::shared_ptr<const Entry> find(std::uint32_t number) const;
  [[nodiscard]] std::size_t size() const;
  /// Looks all names up again. Blocks as long as the system's resolver does; what is not found keeps
  /// its last addresses.
  void resolve();

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Entry>> entries_;
};

/// Connections to origins that wait for another request; of one thread.
class Pool {
 public:
  /// @returns a connection that was used before and is still good; nothing if there is none.
  std::unique_ptr<Connection> take(std::uint32_t origin);
  /// Keeps one whose last answer has been read whole.
  void put(std::uint32_t origin, std::unique_ptr<Connection> connection, std::int64_t now_us);
  /// Closes what has hung up or is old.
  void sweep(std::int64_t now_us);
  void clear() { idle_.clear(); }

 private:
  static constexpr std::size_t kMostIdle = 512;
  static constexpr std::int64_t kLongestIdleTime = 50'000'000;
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::int64_t since_us = 0;
  };
  std::vector<std::vector<Idle>> idle_;
};

}  // namespace turnout::http
