#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "turnout/http/server.h"

/// Both sides of a Server, for its tests: clients, origins that do what a test says, and a handler that
/// writes down what happens.
namespace turnout::http {

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

/// Everything goes to origin 0, but for /local, /parts and /ticks; what happened is written down. /locked wants a
/// key, and what begins with no brace is no answer to /looked.
class Noting : public Handler {
 public:
  class Told : public Exchange {
   public:
    explicit Told(Noting& noting) : noting_(noting) {}
    std::optional<Reply> screen(const RequestHead& head) override {
      if (path_of(head.target) != "/locked" || !field_of(head.fields, "x-key").empty())
        return std::nullopt;
      return Reply{401, {}, "no key", {}, 0, false};
    }
    Step begin(const Request& request) override {
      const auto path = path_of(request.head.target);
      if (path == "/local")
        return Reply{200, {}, "hello " + std::string(request.body), {}, 0, false};
      if (path == "/later") return Later{noting_.pending};
      if (path == "/throws") throw std::runtime_error("a library's");
      if (path == "/parts") {
        Reply reply;
        reply.parts = {{0, "one"}, {20'000, "two"}, {20'000, "three"}};
        reply.cut = query_of(request.head.target, "cut").has_value();
        return reply;
      }
      if (path == "/ticks") {
        Reply reply;
        if (query_of(request.head.target, "large")) {
          reply.more = [this] {
            ++noting_.large_ticks;
            return std::optional(TimedPart{100, std::string(65'536, 'x')});
          };
          return reply;
        }
        const bool ends = query_of(request.head.target, "ends").has_value();
        reply.more = [ends, n = 0]() mutable -> std::optional<TimedPart> {
          if (ends && n == 3) return std::nullopt;
          return TimedPart{n == 0 ? 0 : 20'000, "tick " + std::to_string(++n) + "\n"};
        };
        return reply;
      }
      forward_.target = request.head.target;
      forward_.fields = {{"X-Added", "yes"}, {"X-Changed", "new"}};
      static constexpr std::array<std::string_view, 1> kSecret = {"x-secret"};
      forward_.without = kSecret;
      forward_.looks_at_body = path == "/looked";
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
      if (head.begins) noting_.note("begins " + std::string(*head.begins));
      if (head.begins && !head.begins->starts_with('{') && noting_.retries-- > 0) return forward_;
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
  std::shared_ptr<PendingReply> pending = std::make_shared<PendingReply>();
  std::atomic<int> large_ticks = 0;  // that /ticks?large=1 was asked for

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

inline constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

/// Reads a request with no body and sends an answer.
inline Scripted::Script answers(const std::string& answer) {
  return [answer](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send(answer);
  };
}

inline std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace turnout::http
