#include "turnout/http/tls.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tls_identity.h"
#include "turnout/base/temporary_files.h"

namespace turnout::http {
namespace {

/// An origin with TLS that answers each connection's requests with the same text.
class TlsServer {
 public:
  explicit TlsServer(const Identity& identity) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    context_ = ::SSL_CTX_new(::TLS_server_method());
    ::SSL_CTX_use_certificate(context_, identity.certificate.get());
    ::SSL_CTX_use_PrivateKey(context_, identity.key.get());
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(fd_, 16);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  TlsServer(TlsServer&&) = delete;
  TlsServer& operator=(TlsServer&&) = delete;
  ~TlsServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
    ::SSL_CTX_free(context_);
  }
  std::uint16_t port = 0;
  std::atomic<int> connections = 0, requests = 0;
  std::atomic<bool> late = false;  // it reads when half a second has passed

 private:
  void serve() {
    for (int fd = ::accept(fd_, nullptr, nullptr); fd >= 0; fd = ::accept(fd_, nullptr, nullptr)) {
      ++connections;
      SSL* ssl = ::SSL_new(context_);
      ::SSL_set_fd(ssl, fd);
      if (::SSL_accept(ssl) == 1) answer(ssl);
      ::SSL_free(ssl);
      ::close(fd);
    }
  }
  /// Requests end with "END".
  void answer(SSL* ssl) {
    std::string seen;
    if (late) std::this_thread::sleep_for(std::chrono::milliseconds(500));
    std::array<char, 20'000> bytes{};
    for (int got = ::SSL_read(ssl, bytes.data(), bytes.size()); got > 0;
         got = ::SSL_read(ssl, bytes.data(), bytes.size())) {
      seen.append(bytes.data(), static_cast<std::size_t>(got));
      if (!seen.ends_with("END")) continue;
      ++requests;
      const std::string body = std::to_string(seen.size() - seen.find("\r\n\r\n") - 4) + " bytes";
      seen.clear();
      const std::string text =
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      ::SSL_write(ssl, text.data(), static_cast<int>(text.size()));
    }
  }
  int fd_;
  SSL_CTX* context_ = nullptr;
  std::thread thread_;
};

/// Sends everything to origin 0.
class Forwarding : public Handler {
 public:
  class Forwarded : public Exchange {
   public:
    Step begin(const Request& request) override {
      Forward forward;
      forward.target = request.head.target;
      return forward;
    }
    Step failed(Failure failure) override {
      return Reply{502, {}, "failed " + std::string(name_of(failure)), {}, 0, false};
    }
    std::variant<Relay, Reply, Forward> answered(const ResponseHead& /*head*/) override {
      return Relay{};
    }
    void data(std::string_view /*part*/) override {}
    void ended(Ending /*ending*/) override {}
  };
  std::unique_ptr<Exchange> exchange() override { return std::make_unique<Forwarded>(); }
  Reply refuse(int status, std::string_view reason, std::string_view /*target*/) override {
    return Reply{status, {}, std::string(reason), {}, 0, false};
  }
};

class Tls : public testing::Test {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }
  void TearDown() override { stop(); }
  /// Ends the server, and with it the connections that it keeps to the origin.
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  void start(const std::string& host, std::uint16_t port, const std::string& authorities) {
    ServerOptions options;
    options.port = 0;
    server_ = Server::open(options, handler_).value();
    Origin origin;
    origin.host = host;
    origin.port = port;
    origin.tls = true;
    origin.authorities = authorities;
    ASSERT_TRUE(server_->add_origin(origin));
    thread_ = std::thread([this] { server_->run(1'000'000); });
  }
  /// @returns the answers to some requests on one connection, each with so many bytes.
  std::string ask(std::size_t bytes, int times) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    const timeval patience{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const std::string body = std::string(bytes - 3, 'x') + "END";
    std::string all;
    for (int i = 0; i < times; ++i) {
      const std::string request =
          "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + body;
      for (std::size_t sent = 0; sent < request.size();) {
        const ssize_t went = ::send(fd, request.data() + sent, request.size() - sent, 0);
        if (went <= 0) break;
        sent += static_cast<std::size_t>(went);
      }
      std::string seen;
      std::array<char, 4096> part{};
      while (seen.find("bytes") == std::string::npos && seen.find("failed") == std::string::npos) {
        const ssize_t got = ::recv(fd, part.data(), part.size(), 0);
        if (got <= 0) break;
        seen.append(part.data(), static_cast<std::size_t>(got));
      }
      all += seen;
    }
    ::close(fd);
    return all;
  }
  base::TemporaryPath folder_ = base::temporary_folder().value();
  const std::string file_ = folder_.path() + "/authorities.pem";
  Forwarding handler_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(Tls, bodies_of_all_sizes_go_through_and_connections_are_kept) {
  const Identity identity("IP:127.0.0.1");
  identity.write(file_);
  TlsServer origin(identity);
  start("127.0.0.1", origin.port, file_);
  for (const std::size_t bytes : {3UL, 1000UL, 16'384UL, 50'000UL, 3'000'000UL}) {
    const std::string all = ask(bytes, 2);
    const std::string expected = std::to_string(bytes) + " bytes";
    EXPECT_NE(all.find(expected), all.rfind(expected)) << "twice: " << bytes;
  }
  stop();
  EXPECT_EQ(origin.requests, 10);
  EXPECT_EQ(origin.connections, 1) << "unread session tickets do not make it look dead";
}

TEST_F(Tls, a_large_request_goes_on_though_the_origin_reads_late) {
  const Identity identity("IP:127.0.0.1");
  identity.write(file_);
  TlsServer origin(identity);
  origin.late = true;
  start("127.0.0.1", origin.port, file_);
  EXPECT_NE(ask(24'000'000, 1).find("24000000 bytes"), std::string::npos);
  stop();
}

TEST_F(Tls, a_certificate_for_another_name_is_refused) {
  const Identity identity("DNS:other.example");
  identity.write(file_);
  TlsServer origin(identity);
  start("127.0.0.1", origin.port, file_);
  EXPECT_NE(ask(10, 1).find("failed connect"), std::string::npos);
  EXPECT_EQ(origin.requests, 0);
}

TEST_F(Tls, a_certificate_that_nobody_trusted_signed_is_refused) {
  const Identity identity("IP:127.0.0.1");
  const Identity other("IP:127.0.0.1");
  other.write(file_);
  TlsServer origin(identity);
  start("127.0.0.1", origin.port, file_);
  EXPECT_NE(ask(10, 1).find("failed connect"), std::string::npos);
  EXPECT_EQ(origin.requests, 0);
}

TEST_F(Tls, authorities_that_cannot_be_read_are_said) {
  Origin origin;
  origin.host = "a.example";
  origin.tls = true;
  origin.authorities = "/nowhere/ca.pem";
  const auto made = TlsOrigin::make(origin);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().to_string().find("/nowhere/ca.pem"), std::string::npos);
}

}  // namespace
}  // namespace turnout::http
