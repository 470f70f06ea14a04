#include "turnout/http/tls_connection.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <utility>

namespace turnout::http {
namespace {

constexpr std::size_t kRecord = 16'384;

}  // namespace

TlsConnection::TlsConnection(EventLoop& loop, int fd, std::unique_ptr<SSL, SslFreer> ssl)
    : Connection(loop, fd), ssl_(std::move(ssl)) {
  ::SSL_set_fd(ssl_.get(), fd);
}

Io TlsConnection::handshake() {
  ::ERR_clear_error();
  const int done = ::SSL_do_handshake(ssl_.get());
  return done == 1 ? Io::kDone : why(done);
}

Moved TlsConnection::read(char* to, std::size_t size) {
  if (!is(kReadable) && ::SSL_pending(ssl_.get()) == 0) return {Io::kWait, 0};
  ::ERR_clear_error();
  std::size_t got = 0;
  const int done = ::SSL_read_ex(ssl_.get(), to, size, &got);
  if (done == 1) return {Io::kDone, got};
  return {why(done), 0};
}

Moved TlsConnection::write(std::span<const iovec> parts) {
  std::size_t sent = 0;
  // Small parts share a record.
  std::array<char, kRecord> record;  // NOLINT(*-member-init): filled before it is read
  while (!parts.empty()) {
    std::size_t filled = 0;
    while (!parts.empty() && filled + parts.front().iov_len <= record.size()) {
      if (parts.front().iov_len > 0)
        std::memcpy(record.data() + filled, parts.front().iov_base, parts.front().iov_len);
      filled += parts.front().iov_len;
      parts = parts.subspan(1);
    }
    if (filled > 0) {
      if (!write({record.data(), filled}, sent)) return moved(sent);
      continue;
    }
    if (parts.empty()) break;
    const std::string_view large(static_cast<const char*>(parts.front().iov_base),
                                 parts.front().iov_len);
    if (!write(large, sent)) return moved(sent);
    parts = parts.subspan(1);
  }
  return {Io::kDone, sent};
}

bool TlsConnection::is_quiet() {
  ::ERR_clear_error();
  char byte = 0;
  std::size_t got = 0;
  const int done = ::SSL_peek_ex(ssl_.get(), &byte, 1, &got);
  return done != 1 && why(done) == Io::kWait;
}

Io TlsConnection::say_end() {
  // OpenSSL forbids it behind an error, and before the handshake there is nobody to tell.
  if (!broken_ && ::SSL_is_init_finished(ssl_.get()) == 1) {
    ::ERR_clear_error();
    const int done = ::SSL_shutdown(ssl_.get());
    if (done < 0 && why(done) == Io::kWait) return Io::kWait;
  }
  return Connection::say_end();
}

/// @returns whether all of it went; `sent` grows by what did.
bool TlsConnection::write(std::string_view bytes, std::size_t& sent) {
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

Moved TlsConnection::moved(std::size_t sent) const {
  if (last_ == Io::kWait && sent > 0) return {Io::kDone, sent};
  return {last_ == Io::kEnd ? Io::kError : last_, sent};
}

Io TlsConnection::why(int done) {
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
      broken_ = true;
      return Io::kError;
  }
}

SslContext make_context(const SSL_METHOD* method) {
  SslContext context(::SSL_CTX_new(method));
  if (!context) return context;
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                        SSL_MODE_RELEASE_BUFFERS);
  return context;
}

base::Error tls_error(const std::string& what, const std::string& place) {
  std::array<char, 256> text{};
  ::ERR_error_string_n(::ERR_get_error(), text.data(), text.size());
  return {base::ErrorCode::kUnreadable, fmt::format("{}: {}", what, text.data()), place};
}

}  // namespace turnout::http
