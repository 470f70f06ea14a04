#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "turnout/gateway/log_line.h"
#include "turnout/gateway/metrics.h"

namespace turnout::gateway {

/// Writes lines to a descriptor from a thread of its own. Nobody who says something waits for who
/// reads: what does not fit the queue is dropped and counted.
class EventLog {
 public:
  /// Lines that may wait; some megabytes.
  static constexpr std::size_t kMostWaiting = 8192;

  /// @param fd       a file, a terminal or a pipe, open as long as this is
  /// @param dropped  counts lines that were not written; outlives this
  EventLog(int fd, Counter& dropped);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  EventLog(EventLog&&) = delete;
  EventLog& operator=(EventLog&&) = delete;
  /// Writes what waits, for a second at most.
  ~EventLog();

  /// Thread safe.
  void put(CallLine call, LogFormat format);
  void put(StateLine state, LogFormat format);

 private:
  struct Waiting {
    std::variant<CallLine, StateLine> line;
    LogFormat format = LogFormat::kNone;
  };
  void add(Waiting waiting);
  void work();
  bool write(const std::string& lines);
  bool may_write();

  int fd_;
  Counter& dropped_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::vector<Waiting> queue_;
  bool over_ = false;
  std::int64_t until_us_ = INT64_MAX;  // of CLOCK_MONOTONIC: when nothing more is waited for
  std::thread thread_;
};

}  // namespace turnout::gateway
