#include "turnout/http/tls.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

namespace turnout::http {
namespace {

using base::Result;

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

}  // namespace

Result<std::shared_ptr<const TlsOrigin>> TlsOrigin::make(const Origin& origin) {
  std::shared_ptr<TlsOrigin> made(new TlsOrigin);
  made->host_ = origin.host;
  made->context_ = make_context(::TLS_client_method());
  SSL_CTX* context = made->context_.get();
  if (context == nullptr) return tls_error("OpenSSL cannot be used", origin.host);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
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
  std::unique_ptr<SSL, SslFreer> ssl(::SSL_new(context_.get()));
  ::SSL_set_connect_state(ssl.get());
  X509_VERIFY_PARAM* verify = ::SSL_get0_param(ssl.get());
  if (is_address(host_)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(verify, host_.c_str());
  } else {
    ::X509_VERIFY_PARAM_set1_host(verify, host_.data(), host_.size());
    ::SSL_set_tlsext_host_name(ssl.get(), host_.c_str());
  }
  return std::make_unique<TlsConnection>(loop, fd, std::move(ssl));
}

}  // namespace turnout::http
