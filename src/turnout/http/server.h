#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "turnout/base/result.h"
#include "turnout/http/exchange.h"
#include "turnout/http/tls_listener.h"

namespace turnout::http {

/// Where requests are sent on to.
struct Origin {
  std::string host;  ///< name or address
  std::uint16_t port = 80;
  bool tls = false;         ///< verified against the system's authorities, or `authorities`
  std::string authorities;  ///< a PEM file; empty: the system's
  std::int64_t connect_us = 5'000'000;  ///< longest wait for a connection
  std::int64_t head_us = 300'000'000;   ///< for the head of an answer: the first token
  std::int64_t idle_us = 300'000'000;   ///< between two parts of one
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: the system picks one, port() tells
  TlsFiles tls;               ///< empty: plain
  unsigned threads = 1;
  std::size_t most_connections = 10'000;
  std::size_t longest_head = 32'768;
  std::size_t longest_body = 32U << 20U;
  std::int64_t head_us = 10'000'000;   ///< for the handshake, the head, between parts of the body
  std::int64_t idle_us = 75'000'000;   ///< between two requests
  std::int64_t write_us = 60'000'000;  ///< a client that takes nothing for so long is dropped
};

/// Serves HTTP/1.1 and sends requests on, each thread with its own loop, connections and pools.
class Server {
 public:
  /// Binds and listens. @returns kUnreadable with the address and the system's reason, or what
  ///   TlsListener::make() says.
  static base::Result<std::unique_ptr<Server>> open(const ServerOptions& options, Handler& handler);
  virtual ~Server() = default;

  /// May be called while it runs; looks the name up, which may take a while.
  /// @returns the origin's number; kUnreadable if its authorities cannot be used.
  virtual base::Result<std::uint32_t> add_origin(const Origin& origin) = 0;
  /// Puts another certificate in force, for connections that begin now, of a server that listens with
  /// TLS. May be called while it runs.
  virtual void renew(std::shared_ptr<const TlsListener> tls) = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// @returns how many clients are connected.
  [[nodiscard]] virtual std::size_t connections() const = 0;
  /// Serves until stop(); then open exchanges end first, for at most `drain_us`.
  virtual void run(std::int64_t drain_us) = 0;
  /// Safe in a signal handler.
  virtual void stop() noexcept = 0;
};

}  // namespace turnout::http
