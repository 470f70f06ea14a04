#include "turnout/http/tls_listener.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <string_view>
#include <utility>

#include "turnout/base/line_reader.h"

namespace turnout::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::size_t kLongestFile = 1U << 20U;

struct Freer {
  void operator()(BIO* bytes) const { ::BIO_free(bytes); }
  void operator()(X509* certificate) const { ::X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Freer>;

Bio reader_of(std::string_view text) {
  return Bio(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// OpenSSL would ask for a password on the terminal.
int no_password(char* /*to*/, int /*size*/, int /*writes*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Status use_certificates(SSL_CTX* context, const std::string& path) {
  TURNOUT_TRY(const auto text, base::read_file(path, kLongestFile));
  const Bio reader = reader_of(text);
  const std::unique_ptr<X509, Freer> own(
      ::PEM_read_bio_X509_AUX(reader.get(), nullptr, nullptr, nullptr));
  if (!own) return Error{ErrorCode::kInvalidValue, "has no certificate in PEM form in it", path};
  if (::X509_cmp_current_time(::X509_get0_notBefore(own.get())) >= 0)
    return Error{ErrorCode::kInvalidValue, "the certificate is not valid yet", path};
  if (::X509_cmp_current_time(::X509_get0_notAfter(own.get())) <= 0)
    return Error{ErrorCode::kInvalidValue, "the certificate has expired", path};
  if (::SSL_CTX_use_certificate(context, own.get()) != 1)
    return tls_error("the certificate cannot be used", path);
  for (;;) {
    std::unique_ptr<X509, Freer> next(::PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    if (::SSL_CTX_add1_chain_cert(context, next.get()) != 1)
      return tls_error("a certificate behind the first cannot be used", path);
  }
  const auto why = ::ERR_peek_last_error();
  const bool at_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  if (!at_end) return tls_error("a certificate behind the first cannot be read", path);
  ::ERR_clear_error();
  return base::Done{};
}

Status use_key(SSL_CTX* context, const TlsFiles& files) {
  TURNOUT_TRY(const auto text, base::read_file(files.key, kLongestFile));
  const Bio reader = reader_of(text);
  bool asked = false;
  const std::unique_ptr<EVP_PKEY, Freer> key(
      ::PEM_read_bio_PrivateKey(reader.get(), nullptr, no_password, &asked));
  if (asked)
    return Error{ErrorCode::kInvalidValue,
                 "the key is encrypted, and nobody is asked for passwords", files.key};
  if (!key) return Error{ErrorCode::kInvalidValue, "has no key in PEM form in it", files.key};
  if (::X509_check_private_key(::SSL_CTX_get0_certificate(context), key.get()) != 1)
    return Error{ErrorCode::kInvalidValue,
                 "is not the key of the certificate in " + files.certificate, files.key};
  if (::SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return tls_error("the key cannot be used", files.key);
  return base::Done{};
}

/// HTTP/1.1, if the client names any: who speaks nothing that we do is told so.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned length, void* /*context*/) {
  static constexpr std::string_view kHttp = "http/1.1";
  const std::string_view list(reinterpret_cast<const char*>(offered), length);  // NOLINT
  for (std::size_t at = 0; at < list.size();) {
    const auto one = static_cast<unsigned char>(list[at]);
    if (list.substr(at + 1, one) == kHttp) {
      *chosen = offered + at + 1;
      *size = one;
      return SSL_TLSEXT_ERR_OK;
    }
    at += 1U + one;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Result<std::shared_ptr<const TlsListener>> TlsListener::make(const TlsFiles& files) {
  std::shared_ptr<TlsListener> made(new TlsListener);
  ::ERR_clear_error();
  made->context_ = make_context(::TLS_server_method());
  SSL_CTX* context = made->context_.get();
  if (context == nullptr) return tls_error("OpenSSL cannot be used", files.certificate);
  TURNOUT_CHECK(use_certificates(context, files.certificate));
  TURNOUT_CHECK(use_key(context, files));
  // RFC 9325: of TLS 1.2 what has forward secrecy and authenticates what it encrypts.
  ::SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Tickets are kept by clients; a cache of sessions would be ours to keep.
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return std::shared_ptr<const TlsListener>(std::move(made));
}

std::unique_ptr<Connection> TlsListener::connection(EventLoop& loop, int fd) const {
  std::unique_ptr<SSL, SslFreer> ssl(::SSL_new(context_.get()));
  if (!ssl) return nullptr;
  ::SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsConnection>(loop, fd, std::move(ssl));
}

}  // namespace turnout::http
