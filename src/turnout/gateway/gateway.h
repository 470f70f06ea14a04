#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "turnout/gateway/key_ring.h"
#include "turnout/gateway/metrics.h"
#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/recorder.h"
#include "turnout/gateway/setup.h"
#include "turnout/gateway/task_journal.h"
#include "turnout/http/exchange.h"

namespace turnout::gateway {

/// Time that never goes back, as of 1970.
class Clock {
 public:
  /// @returns microseconds since 1970-01-01T00:00:00Z: the system's time when this was made, and what
  ///   has passed since.
  [[nodiscard]] std::int64_t now_us() const {
    return start_us_ + std::chrono::duration_cast<std::chrono::microseconds>(
                           std::chrono::steady_clock::now() - start_)
                           .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t start_us_ = std::chrono::duration_cast<std::chrono::microseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
};

/// A running gateway, all but its sockets and its store: what every exchange shares. docs/gateway.md.
class Gateway final : public http::Handler {
 public:
  /// @param setup     its origins are filled in by set_origins() before the first request
  /// @param recorder  outlives this
  Gateway(std::shared_ptr<Setup> setup, Recorder& recorder);

  std::unique_ptr<http::Exchange> exchange() override;
  http::Reply refuse(int status, std::string_view reason, std::string_view target) override;

  /// What holds for requests that begin now.
  [[nodiscard]] std::shared_ptr<const Setup> setup() const;
  /// Puts another one in force. Requests and tasks under way go on as they began.
  /// @returns kUnsupported if its models are not those of this gateway, in their order.
  base::Status replace(std::shared_ptr<const Setup> setup);

  /// Goes on with the tasks that an earlier process wrote down, and writes down what happens from here
  /// on. Before the first request.
  /// @returns kUnreadable or kUnwritable with the journal's file.
  base::Status remember(TaskJournal::Options options);

  [[nodiscard]] OpenTasks& tasks() { return tasks_; }
  [[nodiscard]] Recorder& recorder() { return recorder_; }
  [[nodiscard]] Metrics& metrics() { return metrics_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  /// Counts what has been spilled since the last time. @param spilled  in all
  void report_spilled(std::uint64_t spilled) {
    metrics_.spilled(spilled - std::min(spilled, spilled_.exchange(spilled)));
  }
  /// @returns the number of a requested model's name, for Metrics::call().
  [[nodiscard]] std::size_t requested_number(std::string_view name) const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Setup> setup_;
  std::vector<std::string> requested_;
  std::unique_ptr<TaskJournal> journal_;
  OpenTasks tasks_;
  Recorder& recorder_;
  Metrics metrics_;
  std::atomic<std::uint64_t> spilled_ = 0;
  Clock clock_;
};

/// What kinds of refusals are counted under; the order of MetricWords::refusals.
enum class Refused : std::uint8_t {
  kKey,
  kRate,
  kBudget,
  kMalformed,
  kModel,
  kDeclined,
  kUpstream
};

}  // namespace turnout::gateway
