#include "turnout/http/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "turnout/http/origins.h"
#include "turnout/http/session.h"

namespace turnout::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr auto kResolveEvery = std::chrono::seconds(60);

/// A socket that has not found its owner yet.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Error cannot_listen(const std::string& place) {
  return {ErrorCode::kUnreadable, fmt::format("cannot listen: {}", std::strerror(errno)), place};
}

Result<Socket> listen_on(const addrinfo& at, const std::string& place, bool shared) {
  Socket socket(::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (socket.fd() < 0 || ::bind(socket.fd(), at.ai_addr, at.ai_addrlen) != 0 ||
      ::listen(socket.fd(), 4096) != 0)
    return cannot_listen(place);
  return socket;
}

/// @param shared  with other sockets of this address: threads' own queues
Result<Socket> listen_on(const std::string& address, std::uint16_t port, bool shared) {
  const std::string place = fmt::format("{}:{}", address, port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error =
          ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
      error != 0)
    return Error{ErrorCode::kUnreadable, fmt::format("cannot listen: {}", ::gai_strerror(error)),
                 place};
  auto socket = listen_on(*found, place, shared);
  ::freeaddrinfo(found);
  return socket;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);  // NOLINT(*-reinterpret-cast)
  const auto port = storage.ss_family == AF_INET6
                        ? reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port  // NOLINT
                        : reinterpret_cast<sockaddr_in*>(&storage)->sin_port;   // NOLINT
  return ntohs(port);
}

std::string text_of(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* address =
      storage.ss_family == AF_INET6
          ? static_cast<const void*>(
                &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr)  // NOLINT
          : &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr;        // NOLINT
  return ::inet_ntop(storage.ss_family, address, text.data(), text.size()) == nullptr ? ""
                                                                                      : text.data();
}

/// How clients' connections begin: plain, or with the certificate that is in force.
class Entrance {
 public:
  explicit Entrance(std::shared_ptr<const TlsListener> tls) : tls_(std::move(tls)) {}
  void renew(std::shared_ptr<const TlsListener> tls) {
    const std::lock_guard lock(mutex_);
    tls_.swap(tls);
  }
  /// @returns nothing if there is no memory for it.
  std::unique_ptr<Connection> connection(EventLoop& loop, Socket socket) const {
    const auto tls = in_force();
    if (!tls) return std::make_unique<Connection>(loop, socket.release());
    auto made = tls->connection(loop, socket.fd());
    if (made) socket.release();
    return made;
  }
  [[nodiscard]] std::shared_ptr<const TlsListener> in_force() const {
    const std::lock_guard lock(mutex_);
    return tls_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsListener> tls_;
};

/// Accepts connections for a worker.
class Acceptor final : public Sleeper {
 public:
  Acceptor(Worker& worker, const Entrance& entrance, int fd)
      : Sleeper(worker.loop),
        worker_(worker),
        entrance_(entrance),
        listener_(std::make_unique<Connection>(worker.loop, fd)) {
    listener_->sleeper = this;
    listener_->interest = kReadable;
  }

  void wake(bool /*late*/) override {
    while (listener_) {
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      auto* to = reinterpret_cast<sockaddr*>(&peer);  // NOLINT(*-reinterpret-cast)
      const int fd = ::accept4(listener_->fd(), to, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        take(Socket(fd), peer);
      } else if (errno != EINTR && errno != ECONNABORTED) {
        // Without free descriptors no edge tells when there are some again.
        if (errno != EAGAIN) loop_.set_alarm(*this, loop_.now_us() + 100'000);
        return;
      }
    }
  }
  void stop() override { listener_.reset(); }
  void end() override { listener_.reset(); }

 private:
  void take(Socket socket, const sockaddr_storage& peer) {
    if (worker_.sessions < worker_.options.most_connections) {
      auto client = entrance_.connection(loop_, std::move(socket));
      if (client) Session::start(worker_, std::move(client), text_of(peer));
      return;
    }
    if (entrance_.in_force()) return;
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    [[maybe_unused]] const auto sent =
        ::send(socket.fd(), kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  Worker& worker_;
  const Entrance& entrance_;
  std::unique_ptr<Connection> listener_;
};

class LoopServer final : public Server {
 public:
  LoopServer(const ServerOptions& options, Handler& handler, std::vector<Socket> listeners,
             std::shared_ptr<const TlsListener> tls)
      : options_(options), port_(port_of(listeners.front().fd())), entrance_(std::move(tls)) {
    options_.most_connections =
        std::max<std::size_t>(1, options.most_connections / options.threads);
    for (Socket& listener : listeners) {
      workers_.push_back(std::make_unique<Worker>(options_, handler, origins_));
      acceptors_.push_back(
          std::make_unique<Acceptor>(*workers_.back(), entrance_, listener.release()));
    }
  }

  base::Result<std::uint32_t> add_origin(const Origin& origin) override {
    return origins_.add(origin);
  }
  void renew(std::shared_ptr<const TlsListener> tls) override { entrance_.renew(std::move(tls)); }
  [[nodiscard]] std::uint16_t port() const override { return port_; }

  [[nodiscard]] std::size_t connections() const override {
    std::size_t count = 0;
    for (const auto& worker : workers_) count += worker->sessions;
    return count;
  }

  void run(std::int64_t drain_us) override {
    std::thread resolver([this] { resolve(); });
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i)
      threads.emplace_back([this, i, drain_us] { serve(*workers_[i], drain_us); });
    serve(*workers_.front(), drain_us);
    for (auto& thread : threads) thread.join();
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    resolver.join();
  }

  void stop() noexcept override {
    stopping_.store(true, std::memory_order_relaxed);
    for (const auto& worker : workers_) worker->loop.interrupt();
  }

 private:
  void serve(Worker& worker, std::int64_t drain_us) const {
    std::int64_t until = INT64_MAX;
    while (worker.loop.now_us() < until && !(worker.draining && worker.sessions == 0)) {
      worker.loop.turn();
      worker.pool.sweep(worker.loop.now_us());
      if (worker.draining || !stopping_.load(std::memory_order_relaxed)) continue;
      worker.draining = true;
      until = worker.loop.now_us() + drain_us;
      worker.loop.stop_all();
    }
    worker.loop.end_all();
    worker.pool.clear();
  }

  void resolve() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kResolveEvery, [this] { return over_; })) {
      lock.unlock();
      origins_.resolve();
      lock.lock();
    }
  }

  ServerOptions options_;
  std::uint16_t port_;
  Entrance entrance_;
  Origins origins_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const ServerOptions& options, Handler& handler) {
  std::shared_ptr<const TlsListener> tls;
  if (!options.tls.empty()) {
    TURNOUT_TRY(tls, TlsListener::make(options.tls));
  }
  std::vector<Socket> listeners;
  std::uint16_t port = options.port;
  const bool shared = options.threads > 1;
  if (shared) {  // among threads, but not with another program that listens there already
    TURNOUT_CHECK(listen_on(options.address, port, false));
  }
  for (unsigned i = 0; i < std::max(1U, options.threads); ++i) {
    TURNOUT_TRY(Socket socket, listen_on(options.address, port, shared));
    port = port_of(socket.fd());
    listeners.push_back(std::move(socket));
  }
  return std::unique_ptr<Server>(
      std::make_unique<LoopServer>(options, handler, std::move(listeners), std::move(tls)));
}

}  // namespace turnout::http
