#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace turnout::gateway {

/// Keeps requests from an upstream that gives no answers: after kFailures in a row nobody tries it for
/// kOpenTime, then one request does, whose answer decides. Thread safe, without locks; two that fail at
/// once may count once.
class Breaker {
 public:
  static constexpr int kFailures = 5;
  static constexpr std::int64_t kOpenTime = 10'000'000;

  /// @returns whether a request may try. @param now_us  of a clock that never goes back
  bool allows(std::int64_t now_us) {
    std::int64_t until = open_until_us_.load(std::memory_order_relaxed);
    if (until == 0) return true;
    // The first that comes when the time is up tries; the others wait for another kOpenTime.
    return now_us >= until && open_until_us_.compare_exchange_strong(until, now_us + kOpenTime,
                                                                     std::memory_order_relaxed);
  }
  void succeeded() {
    failures_.store(0, std::memory_order_relaxed);
    open_until_us_.store(0, std::memory_order_relaxed);
  }
  void failed(std::int64_t now_us) {
    if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 >= kFailures)
      open_until_us_.store(now_us + kOpenTime, std::memory_order_relaxed);
  }
  /// @returns whether it keeps requests away.
  [[nodiscard]] bool is_open(std::int64_t now_us) const {
    return open_until_us_.load(std::memory_order_relaxed) > now_us;
  }
  /// @returns "ok"; "open": it keeps requests away; "half_open": the next one tries.
  [[nodiscard]] std::string_view state(std::int64_t now_us) const {
    const std::int64_t until = open_until_us_.load(std::memory_order_relaxed);
    return until == 0 ? "ok" : until > now_us ? "open" : "half_open";
  }

 private:
  std::atomic<int> failures_ = 0;
  std::atomic<std::int64_t> open_until_us_ = 0;
};

}  // namespace turnout::gateway
