#pragma once

#include <memory>
#include <string>

#include "turnout/base/result.h"
#include "turnout/http/connection.h"
#include "turnout/http/server.h"
#include "turnout/http/tls_connection.h"

namespace turnout::http {

/// What TLS connections to an origin share: whom to trust, and tickets by which the next one begins
/// with less work. TLS 1.2 or later, by OpenSSL; the origin's name is verified.
class TlsOrigin {
 public:
  /// @returns kUnreadable with the file of authorities, if it cannot be used.
  static base::Result<std::shared_ptr<const TlsOrigin>> make(const Origin& origin);
  /// @param fd  a socket that is being connected
  [[nodiscard]] std::unique_ptr<Connection> connection(EventLoop& loop, int fd) const;

 private:
  TlsOrigin() = default;
  SslContext context_;
  std::string host_;
};

}  // namespace turnout::http
