#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/http/connection.h"
#include "turnout/http/server.h"

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
  struct Freer {
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  };
  TlsOrigin() = default;
  std::unique_ptr<SSL_CTX, Freer> context_;
  std::string host_;
};

}  // namespace turnout::http
