#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "turnout/base/error.h"
#include "turnout/http/connection.h"

namespace turnout::http {

struct SslFreer {
  void operator()(SSL* ssl) const { ::SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslFreer>;

/// A stream socket that speaks TLS, of either side.
class TlsConnection final : public Connection {
 public:
  /// @param ssl  says which side it is, and whom it trusts
  TlsConnection(EventLoop& loop, int fd, std::unique_ptr<SSL, SslFreer> ssl);

  Io handshake() override;
  Moved read(char* to, std::size_t size) override;
  Moved write(std::span<const iovec> parts) override;
  bool is_quiet() override;
  Io say_end() override;

 private:
  bool write(std::string_view bytes, std::size_t& sent);
  [[nodiscard]] Moved moved(std::size_t sent) const;
  Io why(int done);

  std::unique_ptr<SSL, SslFreer> ssl_;
  Io last_ = Io::kError;
  bool broken_ = false;  // nothing more may be said
};

/// @returns a context that speaks TLS 1.2 and 1.3; nothing if OpenSSL has no memory.
SslContext make_context(const SSL_METHOD* method);

/// @returns what OpenSSL says is wrong. @param place  a file, a host
base::Error tls_error(const std::string& what, const std::string& place);

}  // namespace turnout::http
