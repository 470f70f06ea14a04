#pragma once

#include <memory>
#include <string>

#include "turnout/base/result.h"
#include "turnout/http/connection.h"
#include "turnout/http/tls_connection.h"

namespace turnout::http {

/// Where the server's own certificate and its key are: PEM files.
struct TlsFiles {
  std::string certificate;  ///< followed by those that lead to a known authority
  std::string key;          ///< not encrypted
  [[nodiscard]] bool empty() const { return certificate.empty(); }
};

/// What TLS connections of clients share: the certificate, and tickets by which the next connection
/// begins with less work. TLS 1.3, and 1.2 with forward secrecy; HTTP/1.1 alone by ALPN; nothing is
/// negotiated anew.
class TlsListener {
 public:
  /// @returns kUnreadable or kInvalidValue with the file: it cannot be read, is no PEM, is encrypted,
  ///   the key is not the certificate's, or the certificate is not valid today.
  static base::Result<std::shared_ptr<const TlsListener>> make(const TlsFiles& files);
  /// @param fd  a socket that was accepted
  /// @returns nothing if there is no memory for it.
  [[nodiscard]] std::unique_ptr<Connection> connection(EventLoop& loop, int fd) const;

 private:
  TlsListener() = default;
  SslContext context_;
};

}  // namespace turnout::http
