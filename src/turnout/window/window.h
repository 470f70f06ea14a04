#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "turnout/base/cancellation.h"
#include "turnout/http/exchange.h"
#include "turnout/window/asked_scenario.h"
#include "turnout/window/static_files.h"

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
/// (DNS rebinding), and no other site's page. Thread-safe.
class Window : public http::Handler {
 public:
  explicit Window(WindowOptions options);

  std::unique_ptr<http::Exchange> exchange() override;
  http::Reply refuse(int status, std::string_view reason, std::string_view target) override;

  /// @returns the answer to a request.
  [[nodiscard]] http::Reply answer(const http::RequestHead& head,
                                   const base::Cancellation& cancellation = {}) const;

 private:
  WindowOptions options_;
  StaticFiles files_;
};

/// @returns whether a Host field, "localhost:8090", names the machine's loopback or `address`; where
///   the server listens on all of its addresses, also any other address, but no name.
bool is_own_host(std::string_view host, std::string_view address);

}  // namespace turnout::window
