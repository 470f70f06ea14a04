#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/http/exchange.h"

namespace turnout::window {

/// How long an answer takes, as a rule.
enum class Pace : std::uint8_t {
  kQuick,  ///< milliseconds: somebody is moving a slider
  kLong,
};

/// A few threads that work out answers, so that the one that serves never waits. One of them is kept
/// for quick answers, the others take those first: no long answer holds up a page.
class Workers {
 public:
  struct Job {
    std::function<http::Reply(const base::Cancellation&)> work;
    std::shared_ptr<http::PendingReply> reply;
    std::shared_ptr<const std::atomic<bool>> given_up;  ///< nobody waits any more
    Pace pace = Pace::kLong;
  };
  static constexpr std::size_t kMostWaiting = 64;

  /// @param threads  besides the one for quick answers
  explicit Workers(unsigned threads);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  Workers(Workers&&) = delete;
  Workers& operator=(Workers&&) = delete;
  /// Waits for the jobs that have begun: whoever asked for them has given them up by now. The others
  /// are dropped.
  ~Workers();

  /// @returns false if kMostWaiting jobs wait already: this one is not done.
  [[nodiscard]] bool take(Job job);

 private:
  void run(bool quick_alone);
  std::optional<Job> next(bool quick_alone);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> quick_, long_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace turnout::window
