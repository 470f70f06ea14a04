#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace turnout::gateway {

/// What the control loop said when it looked at the log last.
struct LastLook {
  std::int64_t at_us = 0;            ///< since 1970; 0: it has not looked yet
  std::int64_t tasks = 0;            ///< that it was told of
  bool failed = false;               ///< the log could not be read; `reasons` says why
  std::vector<std::string> reasons;  ///< a sentence each
};

/// Where whoever serves and the control loop, which is no part of the gateway, meet. Of several gateways
/// that share their policies one has the turn to look. Thread safe.
class ControlDesk {
 public:
  /// Asks the loop, at whichever gateway it is, to look at the log now.
  void ask() { asked_ = true; }
  /// @returns whether it was asked since the last time.
  bool take_ask() { return asked_.exchange(false); }

  /// @returns whether the loop of this gateway is the one that looks.
  [[nodiscard]] bool has_turn() const { return has_turn_; }
  void set_turn(bool has_turn) { has_turn_ = has_turn; }

  void note(LastLook look) {
    const std::lock_guard lock(mutex_);
    look_ = std::move(look);
  }
  /// Notes what the loop of another gateway said, unless this one's has looked later.
  void note_other(LastLook look) {
    const std::lock_guard lock(mutex_);
    if (look.at_us > look_.at_us) look_ = std::move(look);
  }
  [[nodiscard]] LastLook last_look() const {
    const std::lock_guard lock(mutex_);
    return look_;
  }

 private:
  std::atomic<bool> asked_ = false;
  std::atomic<bool> has_turn_ = true;
  mutable std::mutex mutex_;
  LastLook look_;
};

}  // namespace turnout::gateway
