#include "serving.h"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <csignal>

#include "turnout/base/number_text.h"

namespace turnout::program {
namespace {

// Signals reach a process, not an object.
std::atomic<http::Server*> serving = nullptr;
static_assert(std::atomic<http::Server*>::is_always_lock_free);

void stop_serving(int) {
  if (auto* server = serving.load()) server->stop();
}

}  // namespace

base::Status read_listen(const std::string& option, const std::string& text,
                         http::ServerOptions& options) {
  constexpr double kMostPort = 65'535;
  const std::size_t colon = text.rfind(':');
  const auto port = base::parse_number(colon == std::string::npos ? "" : text.substr(colon + 1));
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  if (!port || address.empty() || *port < 0 || *port > kMostPort || *port != std::floor(*port)) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       base::in_quotes(text) + " must be ADDRESS:PORT, such as 127.0.0.1:9100",
                       option};
  }
  options.address = std::move(address);
  options.port = static_cast<std::uint16_t>(*port);
  return base::Done{};
}

std::string url_of(const http::ServerOptions& options, const http::Server& server) {
  const bool six = options.address.find(':') != std::string::npos;
  return fmt::format("http{}://{}{}{}:{}", options.tls.empty() ? "" : "s", six ? "[" : "",
                     options.address, six ? "]" : "", server.port());
}

void serve_until_signal(http::Server& server, std::int64_t drain_us) {
  serving = &server;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = stop_serving;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
  server.run(drain_us);
  serving = nullptr;
}

}  // namespace turnout::program
