#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "turnout/http/exchange.h"

/// What a gateway does, for who watches it: GET /v1/turnout/live. docs/gateway.md, "The console".
namespace turnout::gateway {

class Gateway;
struct Setup;

/// @returns totals since the gateway started, and how its parts are, as JSON (docs/schemas/live.json).
///   Cost: O(models), and a copy of the policies' history.
std::string live_json(Gateway& gateway, const Setup& setup);

/// The same for many watchers: it is made for all who ask within half of kEvery. Thread safe.
class LiveFeed {
 public:
  static constexpr std::int64_t kEvery = 1'000'000;  ///< microseconds between two events
  static constexpr long kMostWatchers = 32;

  /// A watcher, as long as it is held. @returns nullptr if there are kMostWatchers.
  std::shared_ptr<const void> watcher();
  /// @returns an event of Server-Sent Events, at most half of kEvery old.
  std::string event(Gateway& gateway);

 private:
  std::mutex mutex_;
  std::shared_ptr<const int> watched_ = std::make_shared<const int>(0);  // by all that hold it
  std::string event_;
  std::int64_t made_us_ = 0;
};

/// Answers GET /v1/turnout/live of somebody who may see it: a stream of events, or one object for who
/// asks for `once` or accepts application/json. A stream ends when the gateway's keys are read again,
/// for the one that opened it may have gone; 503 beyond kMostWatchers.
http::Reply answer_live(Gateway& gateway, const http::Request& request);

}  // namespace turnout::gateway
