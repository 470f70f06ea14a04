#include "turnout/http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace turnout::http {
namespace {

/// A socket that blocks for five seconds at most.
class Wire {
 public:
  explicit Wire(int fd) : fd_(fd) {}
  Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Wire& operator=(Wire&&) = delete;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { close(); }
  static Wire to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return Wire(fd);
  }
  void send(const std::string& bytes) const {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// The other side may have ended.
  void try_to_send(const std::string& bytes) const {
    [[maybe_unused]] const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Reads until the text holds `what`, or the end. @returns all that was read.
  std::string until(const std::string& what) {
    while (what.empty() || seen_.find(what) == std::string::npos) {
      if (!more()) break;
    }
    return seen_;
  }
  std::string until_end() { return until(""); }
  /// @returns whether the other side has ended.
  bool ended() {
    while (more()) {
    }
    return ended_;
  }
  void forget() { seen_.clear(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  bool more() {
    pollfd waits{fd_, POLLIN, 0};
    if (::poll(&waits, 1, 5000) != 1) return false;
    std::array<char, 65536> bytes{};
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    ended_ = got <= 0;
    if (got > 0) seen_.append(bytes.data(), static_cast<std::size_t>(got));
    return got > 0;
  }
  int fd_;
  bool ended_ = false;
  std::string seen_;
};

/// An origin that does with each connection what a test says, one after the other.
class Scripted {
 public:
  using Script = std::function<void(Wire&)>;
  explicit Scripted(std::vector<Script> scripts) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      for (const auto& script : scripts) {
        pollfd waits{fd_, POLLIN, 0};
        if (::poll(&waits, 1, 5000) != 1) return;
        Wire wire(::accept(fd_, nullptr, nullptr));
        ++connections_;
        script(wire);
      }
    });
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;
  Scripted(Scripted&&) = delete;
  Scripted& operator=(Scripted&&) = delete;
  ~Scripted() {
    thread_.join();
    ::close(fd_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

/// Everything goes to origin 0, but for /local and /parts; what happened is written down.
class Noting : public Handler {
 public:
  class Told : public Exchange {
   public:
    explicit Told(Noting& noting) : noting_(noting) {}
    Step begin(const Request& request) override {
      const auto path = path_of(request.head.target);
      if (path == "/local")
        return Reply{200, {}, "hello " + std::string(request.body), {}, 0, false};
      if (path == "/parts") {
        Reply reply;
        reply.parts = {{0, "one"}, {20'000, "two"}, {20'000, "three"}};
        reply.cut = query_of(request.head.target, "cut").has_value();
        return reply;
      }
      forward_.target = request.head.target;
      forward_.fields = {{"X-Added", "yes"}, {"X-Changed", "new"}};
      static constexpr std::array<std::string_view, 1> kSecret = {"x-secret"};
      forward_.without = kSecret;
      if (path == "/edited") forward_.edits = {{1, 3, "XYZ"}, {4, 4, "!"}};
      return forward_;
    }
    Step failed(Failure failure) override {
      noting_.note("failed " + std::string(name_of(failure)));
      if (noting_.retries-- > 0) {
        forward_.after_us = 1000;
        return forward_;
      }
      return Reply{502, {}, "no answer", {}, 0, false};
    }
    std::variant<Relay, Reply, Forward> answered(const ResponseHead& head) override {
      noting_.note("answered " + std::to_string(head.status));
      if (head.status == 503 && noting_.retries-- > 0) return forward_;
      static constexpr std::array<std::string_view, 1> kServer = {"server"};
      return Relay{{{"X-Relayed", "yes"}}, kServer};
    }
    void data(std::string_view part) override { noting_.note("data " + std::string(part)); }
    void ended(Ending ending) override {
      noting_.note("ended " + std::to_string(static_cast<int>(ending)));
    }

   private:
    Noting& noting_;
    Forward forward_;
  };
  std::unique_ptr<Exchange> exchange() override { return std::make_unique<Told>(*this); }
  Reply refuse(int status, std::string_view reason, std::string_view /*target*/) override {
    return Reply{status, {}, std::string(reason), {}, 0, false};
  }
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    notes_ += what + "\n";
  }
  [[nodiscard]] std::string notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  /// @returns whether something is noted within five seconds.
  bool comes(const std::string& what) {
    for (int i = 0; i < 500; ++i) {
      if (notes().find(what) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  std::atomic<int> retries = 0;

 private:
  std::mutex mutex_;
  std::string notes_;
};

class Running {
 public:
  explicit Running(std::uint16_t origin = 1, ServerOptions options = {}, Origin how = {}) {
    options.port = 0;
    auto opened = Server::open(options, handler);
    EXPECT_TRUE(opened);
    server = *std::move(opened);
    how.host = "127.0.0.1";
    how.port = origin;
    EXPECT_TRUE(server->add_origin(how));
    thread_ = std::thread([this] { server->run(1'000'000); });
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running(Running&&) = delete;
  Running& operator=(Running&&) = delete;
  ~Running() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server->stop();
    thread_.join();
  }
  [[nodiscard]] Wire client() const { return Wire::to(server->port()); }

  Noting handler;
  std::unique_ptr<Server> server;

 private:
  std::thread thread_;
};

constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

/// Reads a request with no body and sends an answer.
Scripted::Script answers(const std::string& answer) {
  return [answer](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send(answer);
  };
}

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(Server, answers_one_request_after_the_other_even_if_they_come_together) {
  Running running;
  Wire client = running.client();
  client.send(post("/local", "first") + post("/local", "second") + "GET /lo");
  client.until("hello second");
  client.send("cal HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string all = client.until_end();
  EXPECT_NE(all.find("hello first"), std::string::npos);
  EXPECT_NE(all.find("hello second"), std::string::npos);
  EXPECT_NE(all.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST(Server, takes_a_body_in_chunks_and_says_continue) {
  Running running;
  Wire client = running.client();
  client.send(
      "POST /local HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  EXPECT_NE(client.until("Continue").find("HTTP/1.1 100 Continue"), std::string::npos);
  client.send("3;x=y\r\nabc\r\n");
  client.send("4\r\ndefg\r\n0\r\nX-Trailer: z\r\n\r\n");
  EXPECT_NE(client.until("abcdefg").find("hello abcdefg"), std::string::npos);
  client.send(
      "POST /local HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\nz\r\n0\r\n\r\n");
  EXPECT_NE(client.until_end().find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST(Server, refuses_what_is_no_request_and_closes) {
  Running running;
  for (const auto& [bytes, status] : std::vector<std::pair<std::string, std::string>>{
           {"nonsense\r\n\r\n", "400"},
           {"POST /local HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\n",
            "400"},
           {"POST /local HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n", "431"},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99000000\r\n\r\n", "413"}}) {
    Wire client = running.client();
    client.send(bytes);
    const std::string answer = client.until_end();
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 " + status) << bytes.substr(0, 80);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(client.ended());
  }
}

TEST(Server, a_request_whose_refusal_comes_late_is_still_there) {
  Running running;
  Wire client = running.client();
  client.send("POST /local HTTP/1.1\r\nHost: a\r\nConte");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  client.send("nt-Length: 99000000\r\n\r\n");
  EXPECT_NE(client.until_end().find("HTTP/1.1 413"), std::string::npos);
}

TEST(Server, a_head_that_comes_byte_by_byte_has_no_more_time_than_another) {
  ServerOptions options;
  options.head_us = 1'000'000;
  Running running(1, options);
  Wire client = running.client();
  const std::string head = "GET /x HTTP/1.1\r\nHost: a\r\n" + std::string(100, 'x');
  const auto begun = std::chrono::steady_clock::now();
  for (const char c : head) {
    client.try_to_send(std::string(1, c));
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    if (std::chrono::steady_clock::now() - begun > std::chrono::seconds(3)) break;
  }
  EXPECT_NE(client.until_end().find("HTTP/1.1 408"), std::string::npos);
}

TEST(Server, sends_a_request_on_with_its_fields_changed_and_its_body_edited) {
  std::string got;
  Scripted origin({[&](Wire& wire) {
    got = wire.until("gh");
    wire.send("HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 2\r\n\r\nok");
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send(
      "POST /edited?q=1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
      "X-Secret: 1\r\nX-Changed: old\r\nX-Kept: 1\r\nTE: trailers\r\nUpgrade: h2c\r\n"
      "Proxy-Authorization: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabcdefgh\r\n0\r\n\r\n");
  const std::string answer = client.until("ok");
  EXPECT_EQ(got, "POST /edited?q=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(origin.port()) +
                     "\r\nX-Kept: 1\r\nX-Added: yes\r\nX-Changed: new\r\nContent-Length: 10\r\n\r\n"
                     "aXYZd!efgh");
  EXPECT_NE(answer.find("X-Relayed: yes"), std::string::npos);
  EXPECT_EQ(answer.find("Server"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("data ok\nended 0"));
}

TEST(Server, relays_chunks_untouched_and_keeps_the_origins_connection) {
  const std::string chunks = "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n";
  Scripted origin({[&](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    wire.forget();
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 204 No Content\r\n\r\n");
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  const std::string answer = client.until("X-T: 1\r\n\r\n");
  EXPECT_EQ(answer.substr(answer.size() - chunks.size()), chunks);
  EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("ended 0"));
  client.forget();
  client.send(kGet);
  EXPECT_NE(client.until("\r\n\r\n").find("HTTP/1.1 204"), std::string::npos);
  EXPECT_EQ(origin.connections(), 1);
}

TEST(Server, passes_interim_answers_over) {
  Scripted origin(
      {answers("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  const std::string answer = client.until("ok");
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_EQ(answer.find("Link"), std::string::npos);
}

TEST(Server, unchunks_for_old_clients_and_relays_what_ends_with_the_connection) {
  Scripted origin(
      {answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
       answers("HTTP/1.1 200 OK\r\n\r\nto the end")});
  Running running(origin.port());
  Wire old = running.client();
  old.send("GET /x HTTP/1.0\r\n\r\n");
  const std::string answer = old.until_end();
  EXPECT_EQ(answer.substr(answer.size() - 7), "\r\n\r\nabc");
  EXPECT_EQ(answer.find("chunked"), std::string::npos);
  Wire client = running.client();
  client.send(kGet);
  const std::string endless = client.until_end();
  EXPECT_NE(endless.find("Connection: close"), std::string::npos);
  EXPECT_NE(endless.find("to the end"), std::string::npos);
}

TEST(Server, an_answer_to_HEAD_has_no_body) {
  Scripted origin({[](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    wire.forget();
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.until("\r\n\r\n").find("Content-Length: 7"), std::string::npos);
  client.send(kGet);
  EXPECT_NE(client.until("ok").find("\r\n\r\nok"), std::string::npos);
}

TEST(Server, an_answer_that_breaks_off_ends_without_a_last_chunk) {
  Scripted origin({answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  const std::string answer = client.until_end();
  EXPECT_TRUE(client.ended());
  EXPECT_NE(answer.find("abc"), std::string::npos);
  EXPECT_EQ(answer.find("0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("ended 1"));
}

TEST(Server, garbage_and_lies_about_the_length_are_a_bad_gateway) {
  for (const char* answer :
       {"nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"}) {
    Scripted origin({answers(answer)});
    Running running(origin.port());
    Wire client = running.client();
    client.send(kGet);
    EXPECT_NE(client.until("no answer").find("HTTP/1.1 502"), std::string::npos) << answer;
    EXPECT_TRUE(running.handler.comes("failed garbage")) << answer;
  }
}

TEST(Server, never_keeps_an_origins_connection_with_bytes_left_over) {
  Scripted origin({answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"
                           "Content-Length: 6\r\n\r\npoison"),
                   answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  client.until("ok");
  EXPECT_TRUE(running.handler.comes("ended 0"));
  client.send(kGet);
  EXPECT_NE(client.until("good").find("good"), std::string::npos);
  EXPECT_EQ(origin.connections(), 2);
}

TEST(Server, a_stale_connection_of_the_pool_is_replaced_unseen) {
  Scripted origin({[&](Wire& wire) {
                     wire.until("\r\n\r\n");
                     wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
                     wire.forget();
                     wire.until("\r\n\r\n");  // takes the second request, and goes
                   },
                   answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  client.until("one");
  EXPECT_TRUE(running.handler.comes("ended 0"));
  client.send(kGet);
  EXPECT_NE(client.until("two").find("two"), std::string::npos);
  EXPECT_EQ(running.handler.notes().find("failed"), std::string::npos);
  EXPECT_EQ(origin.connections(), 2);
}

TEST(Server, the_exchange_may_try_again_after_a_failure_or_an_answer_that_it_drops) {
  Scripted origin({[](Wire& wire) { wire.until("\r\n\r\n"); },
                   answers("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"),
                   answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
  Running running(origin.port());
  running.handler.retries = 2;
  Wire client = running.client();
  client.send(kGet);
  EXPECT_NE(client.until("ok").find("HTTP/1.1 200"), std::string::npos);
  EXPECT_EQ(running.handler.notes().substr(0, 36), "failed cut\nanswered 503\nanswered 200");
}

TEST(Server, an_origin_that_refuses_or_is_silent_is_a_failure) {
  {
    Running running(1);
    Wire client = running.client();
    client.send(kGet);
    EXPECT_NE(client.until("no answer").find("502"), std::string::npos);
    EXPECT_TRUE(running.handler.comes("failed connect"));
  }
  Origin how;
  how.head_us = 500'000;
  Scripted origin({[](Wire& wire) {
    wire.until("\r\n\r\n");
    EXPECT_TRUE(wire.ended());
  }});
  Running running(origin.port(), {}, how);
  Wire client = running.client();
  client.send(kGet);
  EXPECT_NE(client.until("no answer").find("502"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("failed timeout"));
}

TEST(Server, an_origin_is_dropped_at_once_when_the_client_leaves) {
  std::atomic<bool> gone = false;
  Scripted origin({[&](Wire& wire) {
                     wire.until("\r\n\r\n");
                     gone = wire.ended();
                   },
                   [&](Wire& wire) {
                     wire.until("\r\n\r\n");
                     wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
                     gone = wire.ended();
                   }});
  Running running(origin.port());
  for (const char* until : {"", "abc"}) {
    gone = false;
    Wire client = running.client();
    client.send(kGet);
    if (*until != '\0') {
      client.until(until);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    client.close();
    for (int i = 0; i < 300 && !gone; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(gone) << until;
  }
  EXPECT_TRUE(running.handler.comes("ended 3"));
}

TEST(Server, a_large_body_goes_through_whole_in_both_directions) {
  std::string large(8U << 20U, 'x');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
  std::string got;
  Scripted origin({[&](Wire& wire) {
    got = wire.until("END");
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large.size() + 4) +
              "\r\n\r\n" + large + "LAST");
  }});
  Running running(origin.port());
  Wire client = running.client();
  std::thread sender([&] { client.send(post("/x", large + "END")); });
  sender.join();
  const std::string answer = client.until("LAST");
  EXPECT_TRUE(got.ends_with("\r\n\r\n" + large + "END"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + large + "LAST"));
}

TEST(Server, sends_parts_as_time_passes_and_may_break_off) {
  Running running;
  Wire client = running.client();
  client.send("GET /parts HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.until("0\r\n\r\n").find("3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"),
            std::string::npos);
  client.forget();
  client.send("GET /parts?cut=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = client.until_end();
  EXPECT_TRUE(client.ended());
  EXPECT_NE(answer.find("three"), std::string::npos);
  EXPECT_EQ(answer.find("0\r\n\r\n"), std::string::npos);
}

TEST(Server, ends_what_is_under_way_before_it_stops) {
  Running running;
  Wire idle = running.client();
  idle.send(post("/local", "x"));
  idle.until("hello x");
  Wire client = running.client();
  client.send("GET /parts HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("one");
  running.stop();
  EXPECT_NE(client.until_end().find("three\r\n0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(idle.ended());
}

TEST(Server, what_is_under_way_when_its_time_to_end_is_up_is_told_so) {
  Scripted origin({[](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_TRUE(wire.ended());
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  client.until("abc");
  running.stop();
  EXPECT_NE(running.handler.notes().find("ended 3"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST(Server, drops_a_client_that_does_not_finish_its_request) {
  ServerOptions options;
  options.head_us = 300'000;
  Running running(1, options);
  Wire client = running.client();
  client.send("GET /x HTTP/1.1\r\nHos");
  EXPECT_NE(client.until_end().find("HTTP/1.1 408"), std::string::npos);
}

TEST(Server, does_not_share_its_port_with_another_server) {
  Running running;
  Noting handler;
  for (const unsigned threads : {1U, 2U}) {
    ServerOptions options;
    options.port = running.server->port();
    options.threads = threads;
    EXPECT_FALSE(Server::open(options, handler)) << threads;
  }
}

TEST(Server, several_threads_share_a_port) {
  ServerOptions options;
  options.threads = 3;
  Running running(1, options);
  for (int i = 0; i < 30; ++i) {
    Wire client = running.client();
    client.send(post("/local", "x"));
    EXPECT_NE(client.until("hello x").find("hello x"), std::string::npos);
  }
}

TEST(Server, says_why_it_cannot_listen) {
  Noting handler;
  ServerOptions options;
  options.address = "203.0.113.1";
  const auto opened = Server::open(options, handler);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().to_string().find("203.0.113.1:8080: cannot listen"), std::string::npos);
}

}  // namespace
}  // namespace turnout::http
