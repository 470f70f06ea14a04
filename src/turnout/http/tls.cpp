#include "turnout/http/tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace turnout::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kRecord = 16'384;

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

class TlsConnection final : public Connection {
 public:
  TlsConnection(EventLoop& loop, int fd, SSL_CTX* context, const std::string& host)
      : Connection(loop, fd), ssl_(::SSL_new(context)) {
    ::SSL_set_fd(ssl_.get(), fd);
    ::SSL_set_connect_state(ssl_.get());
    X509_VERIFY_PARAM* verify = ::SSL_get0_param(ssl_.get());
    if (is_address(host)) {
      ::X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str());
    } else {
      ::X509_VERIFY_PARAM_set1_host(verify, host.data(), host.size());
      ::SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    }
  }

  Io handshake() override {
    ::ERR_clear_error();
    const int done = ::SSL_do_handshake(ssl_.get());
    return done == 1 ? Io::kDone : why(done);
  }

  Moved read(char* to, std::size_t size) override {
    if (!is(kReadable) && ::SSL_pending(ssl_.get()) == 0) return {Io::kWait, 0};
    ::ERR_clear_error();
    std::size_t got = 0;
    const int done = ::SSL_read_ex(ssl_.get(), to, size, &got);
    if (done == 1) return {Io::kDone, got};
    return {why(done), 0};
  }

  Moved write(std::span<const iovec> parts) override {
    std::size_t sent = 0;
    // Small parts share a record.
    std::array<char, kRecord> record;  // NOLINT(*-member-init): filled before it is read
    while (!parts.empty()) {
      std::size_t filled = 0;
      while (!parts.empty() && filled + parts.front().iov_len <= record.size()) {
        std::memcpy(record.data() + filled, parts.front().iov_base, parts.front().iov_len);
        filled += parts.front().iov_len;
        parts = parts.subspan(1);
      }
      if (filled > 0) {
        if (!write({record.data(), filled}, sent)) return moved(sent);
        continue;
      }
      const std::string_view large(static_cast<const char*>(parts.front().iov_base),
                                   parts.front().iov_len);
      if (!write(large, sent)) return moved(sent);
      parts = parts.subspan(1);
    }
    return {Io::kDone, sent};
  }

  bool is_quiet() override {
    ::ERR_clear_error();
    char byte = 0;
    std::size_t got = 0;
    const int done = ::SSL_peek_ex(ssl_.get(), &byte, 1, &got);
    return done != 1 && why(done) == Io::kWait;
  }

 private:
  struct Freer {
    void operator()(SSL* ssl) const { ::SSL_free(ssl); }
  };

  /// @returns whether all of it went; `sent` grows by what did.
  bool write(std::string_view bytes, std::size_t& sent) {
    while (!bytes.empty()) {
      ::ERR_clear_error();
      std::size_t went = 0;
      const int done = ::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &went);
      if (done != 1) {
        last_ = why(done);
        return false;
      }
      sent += went;
      bytes.remove_prefix(went);
    }
    return true;
  }
  [[nodiscard]] Moved moved(std::size_t sent) const {
    if (last_ == Io::kWait && sent > 0) return {Io::kDone, sent};
    return {last_ == Io::kEnd ? Io::kError : last_, sent};
  }

  Io why(int done) {
    switch (::SSL_get_error(ssl_.get(), done)) {
      case SSL_ERROR_WANT_READ:
        clear(kReadable);
        return Io::kWait;
      case SSL_ERROR_WANT_WRITE:
        clear(kWritable);
        return Io::kWait;
      case SSL_ERROR_ZERO_RETURN:
        return Io::kEnd;
      default:
        return Io::kError;
    }
  }

  std::unique_ptr<SSL, Freer> ssl_;
  Io last_ = Io::kError;
};

Error tls_error(const std::string& what, const std::string& place) {
  std::array<char, 256> text{};
  ::ERR_error_string_n(::ERR_get_error(), text.data(), text.size());
  return {ErrorCode::kUnreadable, fmt::format("{}: {}", what, text.data()), place};
}

}  // namespace

Result<std::shared_ptr<const TlsOrigin>> TlsOrigin::make(const Origin& origin) {
  std::shared_ptr<TlsOrigin> made(new TlsOrigin);
  made->host_ = origin.host;
  made->context_.reset(::SSL_CTX_new(::TLS_client_method()));
  SSL_CTX* context = made->context_.get();
  if (context == nullptr) return tls_error("OpenSSL cannot be used", origin.host);
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
  static constexpr std::string_view kHttp = "\x08http/1.1";
  ::SSL_CTX_set_alpn_protos(context,
                            reinterpret_cast<const unsigned char*>(kHttp.data()),  // NOLINT
                            static_cast<unsigned>(kHttp.size()));
  const bool trusts = origin.authorities.empty()
                          ? ::SSL_CTX_set_default_verify_paths(context) == 1
                          : ::SSL_CTX_load_verify_file(context, origin.authorities.c_str()) == 1;
  if (!trusts)
    return tls_error("holds no authorities that can be trusted",
                     origin.authorities.empty() ? "the system's store" : origin.authorities);
  return std::shared_ptr<const TlsOrigin>(std::move(made));
}

std::unique_ptr<Connection> TlsOrigin::connection(EventLoop& loop, int fd) const {
  return std::make_unique<TlsConnection>(loop, fd, context_.get(), host_);
}

}  // namespace turnout::http
