#include "turnout/http/tls_listener.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "http_wires.h"
#include "tls_identity.h"
#include "turnout/base/temporary_files.h"

namespace turnout::http {
namespace {

/// What a client of a test asks for.
struct Speaks {
  int version = TLS1_3_VERSION;  ///< and no other
  std::string protocols;         ///< of ALPN, each behind its length; empty: none
  const char* ciphers = nullptr;
  SSL_SESSION* session = nullptr;  ///< to go on with
};

/// A client by OpenSSL itself, which trusts one certificate. Blocks for ten seconds at most.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const Identity& trusted, const Speaks& speaks = {})
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)), context_(::SSL_CTX_new(::TLS_client_method())) {
    ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context_.get()), trusted.certificate.get());
    ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_min_proto_version(context_.get(), speaks.version);
    ::SSL_CTX_set_max_proto_version(context_.get(), speaks.version);
    if (speaks.ciphers != nullptr) ::SSL_CTX_set_cipher_list(context_.get(), speaks.ciphers);
    ssl_.reset(::SSL_new(context_.get()));
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl_.get()), "127.0.0.1");
    if (!speaks.protocols.empty())
      ::SSL_set_alpn_protos(ssl_.get(),
                            reinterpret_cast<const unsigned char*>(speaks.protocols.data()),
                            static_cast<unsigned>(speaks.protocols.size()));
    if (speaks.session != nullptr) ::SSL_set_session(ssl_.get(), speaks.session);
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::SSL_set_fd(ssl_.get(), fd_);
    greeted = ::SSL_connect(ssl_.get()) == 1;
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  TlsClient(TlsClient&&) = delete;
  TlsClient& operator=(TlsClient&&) = delete;
  ~TlsClient() { ::close(fd_); }

  void send(std::string_view bytes) {
    EXPECT_EQ(::SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }
  /// Reads until what has been read holds `what`, or the end.
  std::string until(const std::string& what) {
    std::array<char, 16'384> bytes{};
    while (what.empty() || seen_.find(what) == std::string::npos) {
      const int got = ::SSL_read(ssl_.get(), bytes.data(), bytes.size());
      if (got <= 0) {
        in_order = ::SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
        break;
      }
      seen_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return seen_;
  }
  [[nodiscard]] std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    ::SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
  }
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }
  [[nodiscard]] int fd() const { return fd_; }
  bool greeted = false;
  bool in_order = false;  ///< the server said that it ended

 private:
  int fd_;
  SslContext context_;
  std::unique_ptr<SSL, SslFreer> ssl_;
  std::string seen_;
};

class TlsListening : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    write(identity_);
  }
  void write(const Identity& identity) const {
    identity.write(files_.certificate);
    identity.write_key(files_.key);
  }
  [[nodiscard]] ServerOptions options() const {
    ServerOptions options;
    options.tls = files_;
    return options;
  }
  [[nodiscard]] std::string problem() const {
    const auto made = TlsListener::make(files_);
    return made ? "" : made.error().to_string();
  }
  const Identity identity_{"IP:127.0.0.1"};
  base::TemporaryPath folder_ = base::temporary_folder().value();
  const TlsFiles files_{folder_.path() + "/own.pem", folder_.path() + "/own.key"};
};

TEST_F(TlsListening, serves_one_connection_many_times_by_both_versions) {
  const Running running(1, options());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(running.server->port(), identity_, {version, {}, nullptr, nullptr});
    ASSERT_TRUE(client.greeted);
    EXPECT_EQ(::SSL_version(client.ssl()), version);
    for (const std::size_t bytes : {1UL, 16'384UL, 20'000UL, 1'000'000UL}) {
      const std::string mark = "<" + std::to_string(bytes) + ">";
      client.send(post("/local", std::string(bytes, 'x') + mark));
      EXPECT_NE(client.until("x" + mark).find("hello x"), std::string::npos) << bytes;
    }
  }
}

TEST_F(TlsListening, takes_a_request_that_comes_byte_by_byte_and_two_that_come_at_once) {
  const Running running(1, options());
  TlsClient client(running.server->port(), identity_);
  const std::string first = post("/local", "first");
  for (const char byte : first) client.send({&byte, 1});
  EXPECT_NE(client.until("hello first").find("200 OK"), std::string::npos);
  client.send(post("/local", "second") + post("/local", "third"));
  const std::string seen = client.until("hello third");
  EXPECT_LT(seen.find("hello second"), seen.find("hello third"));
}

TEST_F(TlsListening, relays_a_large_answer_to_a_client_that_reads_late) {
  const std::string body(8'000'000, 'y');
  const Scripted origin(
      {answers("HTTP/1.1 200 OK\r\nContent-Length: 8000003\r\n\r\n" + body + "END")});
  const Running running(origin.port(), options());
  TlsClient client(running.server->port(), identity_);
  client.send(kGet);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const std::string seen = client.until("END");
  EXPECT_EQ(seen.substr(seen.find("\r\n\r\n") + 4), body + "END");
}

TEST_F(TlsListening, an_answer_without_a_length_ends_in_order_and_one_that_broke_off_does_not) {
  const Scripted origin({answers("HTTP/1.1 200 OK\r\n\r\nup to the end"),
                         answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot whole")});
  const Running running(origin.port(), options());
  TlsClient whole(running.server->port(), identity_);
  whole.send(kGet);
  EXPECT_NE(whole.until("").find("up to the end"), std::string::npos);
  EXPECT_TRUE(whole.in_order);
  TlsClient cut(running.server->port(), identity_);
  cut.send(kGet);
  EXPECT_NE(cut.until("").find("not whole"), std::string::npos);
  EXPECT_FALSE(cut.in_order);
}

TEST_F(TlsListening, a_client_that_leaves_frees_its_origin_at_once) {
  std::atomic<bool> freed = false;
  const Scripted origin({[&freed](Wire& wire) {
    wire.until("\r\n\r\n");
    freed = wire.ended();
  }});
  Running running(origin.port(), options());
  {
    TlsClient client(running.server->port(), identity_);
    client.send(kGet);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  EXPECT_TRUE(running.handler.comes("ended 3"));
  for (int i = 0; i < 500 && !freed; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(freed);
}

TEST_F(TlsListening, speaks_http_1_1_alone) {
  const Running running(1, options());
  const TlsClient both(running.server->port(), identity_,
                       {TLS1_3_VERSION, "\x02h2\x08http/1.1", nullptr, nullptr});
  EXPECT_EQ(both.protocol(), "http/1.1");
  const TlsClient newer(running.server->port(), identity_,
                        {TLS1_3_VERSION, "\x02h2", nullptr, nullptr});
  EXPECT_FALSE(newer.greeted);
}

TEST_F(TlsListening, old_versions_and_ciphers_without_forward_secrecy_are_refused) {
  const Running running(1, options());
  const auto greets = [&](int version, const char* ciphers) {
    return TlsClient(running.server->port(), identity_, {version, {}, ciphers, nullptr}).greeted;
  };
  EXPECT_FALSE(greets(TLS1_1_VERSION, "ALL:@SECLEVEL=0"));
  EXPECT_FALSE(greets(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"));
  EXPECT_TRUE(greets(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
}

TEST_F(TlsListening, nothing_is_negotiated_anew) {
  const Running running(1, options());
  TlsClient client(running.server->port(), identity_, {TLS1_2_VERSION, {}, nullptr, nullptr});
  ASSERT_TRUE(client.greeted);
  ::SSL_renegotiate(client.ssl());
  EXPECT_NE(::SSL_do_handshake(client.ssl()), 1);
}

TEST_F(TlsListening, a_ticket_saves_the_next_handshake) {
  const Running running(1, options());
  TlsClient first(running.server->port(), identity_);
  first.send(post("/local", "1"));
  first.until("hello 1");  // tickets come before it
  const std::unique_ptr<SSL_SESSION, decltype(&::SSL_SESSION_free)> session(
      ::SSL_get1_session(first.ssl()), ::SSL_SESSION_free);
  const TlsClient second(running.server->port(), identity_,
                         {TLS1_3_VERSION, {}, nullptr, session.get()});
  EXPECT_TRUE(second.greeted);
  EXPECT_EQ(::SSL_session_reused(second.ssl()), 1);
}

TEST_F(TlsListening, plain_http_and_garbage_are_closed_and_others_served_on) {
  const Running running(1, options());
  for (const std::string& bytes :
       {std::string(kGet), std::string(1000, 'x'), std::string(5, '\0')}) {
    Wire wire = running.client();
    wire.send(bytes);
    EXPECT_TRUE(wire.ended()) << bytes;
  }
  TlsClient client(running.server->port(), identity_);
  client.send(post("/local", "still"));
  EXPECT_NE(client.until("hello still").find("200 OK"), std::string::npos);
}

TEST_F(TlsListening, a_handshake_has_no_more_time_than_a_head) {
  ServerOptions hasty = options();
  hasty.head_us = 100'000;
  const Running running(1, hasty);
  Wire silent = running.client();
  Wire slow = running.client();
  slow.send(std::string("\x16\x03\x01\x02", 4));  // a hello begins, and no more comes
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(slow.ended());
  EXPECT_EQ(running.server->connections(), 0U);
}

TEST_F(TlsListening, another_certificate_holds_for_those_who_come_then) {
  const Running running(1, options());
  TlsClient before(running.server->port(), identity_);
  const Identity other("IP:127.0.0.1");
  write(other);
  running.server->renew(TlsListener::make(files_).value());
  EXPECT_FALSE(TlsClient(running.server->port(), identity_).greeted) << "it trusts the old one";
  EXPECT_TRUE(TlsClient(running.server->port(), other).greeted);
  before.send(post("/local", "old"));
  EXPECT_NE(before.until("hello old").find("200 OK"), std::string::npos);
}

TEST_F(TlsListening, connections_end_in_order_when_the_server_stops) {
  Running running(1, options());
  TlsClient idle(running.server->port(), identity_);
  idle.send(post("/local", "1"));
  idle.until("hello 1");
  running.stop();
  idle.until("");
  EXPECT_TRUE(idle.in_order);
}

TEST_F(TlsListening, a_certificate_chain_is_sent_whole) {
  const Identity authority("DNS:authority.example");
  Identity leaf("IP:127.0.0.1");
  ::X509_set_issuer_name(leaf.certificate.get(),
                         ::X509_get_subject_name(authority.certificate.get()));
  leaf.write(files_.certificate);
  leaf.write_key(files_.key);
  const std::string more = folder_.path() + "/more.pem";
  authority.write(more);
  std::ofstream(files_.certificate, std::ios::app) << std::ifstream(more).rdbuf();
  const Running running(1, options());
  TlsClient client(running.server->port(), leaf, {TLS1_2_VERSION, {}, nullptr, nullptr});
  EXPECT_EQ(::sk_X509_num(::SSL_get_peer_cert_chain(client.ssl())), 2);
}

TEST_F(TlsListening, what_is_wrong_with_the_files_is_said) {
  EXPECT_EQ(problem(), "");
  const auto says = [&](const std::string& what, const std::string& file) {
    const std::string said = problem();
    EXPECT_NE(said.find(what), std::string::npos) << said;
    EXPECT_NE(said.find(file), std::string::npos) << said;
  };
  Identity("IP:127.0.0.1").write_key(files_.key);
  says("is not the key of the certificate", files_.key);
  identity_.write_key(files_.key, "secret");
  says("encrypted", files_.key);
  std::ofstream(files_.key) << "none";
  says("no key", files_.key);
  write(Identity("IP:127.0.0.1", -1));
  says("expired", files_.certificate);
  std::ofstream(files_.certificate) << "none";
  says("no certificate", files_.certificate);
  write(identity_);
  std::ofstream(files_.certificate, std::ios::app)
      << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  says("behind the first", files_.certificate);
  ::unlink(files_.certificate.c_str());
  says("cannot be read", files_.certificate);
  Noting handler;
  EXPECT_FALSE(Server::open(options(), handler)) << "a server does not begin with them";
}

}  // namespace
}  // namespace turnout::http
