#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "turnout/base/result.h"

namespace turnout::base {

/// A moment after which waiting has no point. Copyable, 16 bytes.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  /// Never.
  Deadline() = default;
  explicit Deadline(Clock::time_point at) : at_(at) {}
  static Deadline after(Clock::duration time) { return Deadline(Clock::now() + time); }

  [[nodiscard]] bool passed() const { return at_ && Clock::now() >= *at_; }
  /// @returns the time left, at most `longest`, at least 0.
  [[nodiscard]] Clock::duration left(Clock::duration longest) const;
  /// @returns the earlier of the two.
  [[nodiscard]] Deadline earlier(const Deadline& other) const;

 private:
  std::optional<Clock::time_point> at_;
};

/// How work is told to stop: somebody sets a flag (a signal, another thread), or a deadline passes.
/// Long computations and every wait for a network take one and look at it at least ten times a
/// second. A computation that cannot fail returns early with a result that means nothing; whoever
/// started it asks check() before the result is used. Copyable, 24 bytes; the flag must outlive it.
class Cancellation {
 public:
  /// Never asked.
  Cancellation() = default;
  explicit Cancellation(const std::atomic<bool>& flag, Deadline deadline = {})
      : flag_(&flag), deadline_(deadline) {}
  explicit Cancellation(Deadline deadline) : deadline_(deadline) {}

  /// @returns whether the work should stop. Cost: a load, and a clock reading if there is a deadline.
  [[nodiscard]] bool requested() const {
    return (flag_ != nullptr && flag_->load(std::memory_order_relaxed)) || deadline_.passed();
  }
  /// @returns kCancelled if the work should stop.
  [[nodiscard]] Status check() const;
  [[nodiscard]] const Deadline& deadline() const { return deadline_; }
  /// @returns the same, and not later than `deadline`.
  [[nodiscard]] Cancellation until(const Deadline& deadline) const;

 private:
  const std::atomic<bool>* flag_ = nullptr;
  Deadline deadline_;
};

}  // namespace turnout::base
