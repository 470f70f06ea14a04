#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "turnout/base/cancellation.h"
#include "turnout/http/exchange.h"
#include "turnout/window/asked_scenario.h"
#include "turnout/window/static_files.h"
#include "turnout/window/workers.h"

namespace turnout::window {

struct WindowOptions {
  WrittenScenario scenario;  ///< that a question is about which names none
  std::string address;       ///< that the server listens on
  /// An answer that takes longer is given up.
  std::chrono::steady_clock::duration longest = std::chrono::seconds(20);
};

/// The page, and a read-only interface to the engine, /v1/explore/..., which docs/openapi.json
/// describes. It keeps nothing: an answer depends on its question alone. Answers only who names it by
/// an address of this machine or the one that it listens on, so that no site can pass itself off as it
/// (DNS rebinding), and no other site's page. Questions are answered by threads of its own; one whose
/// client leaves is given up. Thread-safe.
class Window : public http::Handler {
 public:
  explicit Window(WindowOptions options);

  std::unique_ptr<http::Exchange> exchange() override;
  http::Reply refuse(int status, std::string_view reason, std::string_view target) override;

  /// A question of the interface, which takes work to answer.
  struct Work {
    std::function<http::Reply(const base::Cancellation&)> answer;
    Pace pace = Pace::kLong;
  };
  /// @returns the answer to a request where it is at hand, else the work that it takes.
  [[nodiscard]] std::variant<http::Reply, Work> answer(const http::RequestHead& head) const;

  /// Has the work done by another thread.
  /// @param given_up  is set when nobody waits any more
  /// @returns where the reply will be; or 503 if too much work waits already.
  [[nodiscard]] http::Step begin(Work work, std::shared_ptr<const std::atomic<bool>> given_up);

 private:
  WindowOptions options_;
  StaticFiles files_;
  Workers workers_;
};

/// @returns whether a Host field, "localhost:8090", names the machine's loopback or `address`; where
///   the server listens on all of its addresses, also any other address, but no name.
bool is_own_host(std::string_view host, std::string_view address);

}  // namespace turnout::window
