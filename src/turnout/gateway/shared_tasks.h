#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/gateway/task_journal.h"

/// Open tasks of several gateways, by a log that all of them write and read. docs/gateway.md,
/// "Several gateways"; decisions/0012.
namespace turnout::gateway {

/// An entry of the log.
struct SharedEntry {
  std::int64_t number = 0;    ///< ascending in the order in which all see them
  std::uint32_t gateway = 0;  ///< whose it is
  std::string bytes;          ///< journal_bytes()
};

/// The log, at a database. Used by one thread; may block, as long as its maker lets it.
class SharedLog {
 public:
  SharedLog() = default;
  SharedLog(const SharedLog&) = delete;
  SharedLog& operator=(const SharedLog&) = delete;
  SharedLog(SharedLog&&) = delete;
  SharedLog& operator=(SharedLog&&) = delete;
  virtual ~SharedLog() = default;
  /// Writes entries of a gateway behind all others', all of them or none.
  /// @param first  the number that the gateway gives the first of them; one that it has written
  ///   before is not written again
  virtual base::Status write(std::uint32_t gateway, std::uint64_t first,
                             const std::vector<std::string>& entries) = 0;
  /// @returns the next entries behind a number, in order; none if there are none.
  virtual base::Result<std::vector<SharedEntry>> read(std::int64_t after) = 0;
  /// Says that a gateway lives. @returns those that have not said so for some seconds.
  virtual base::Result<std::vector<std::uint32_t>> beat(std::uint32_t gateway) = 0;
};
/// @returns a log that is connected anew; called whenever the one before has failed.
using OpenSharedLog = std::function<base::Result<std::unique_ptr<SharedLog>>()>;

/// What comes out of the log: called from one thread.
struct SharedTasksUse {
  /// @param ours  this gateway wrote it
  std::function<void(const JournalEntry& entry, bool ours)> told;
  std::function<void(std::uint32_t gateway)> gone;
  /// All that is there has been read.
  std::function<void()> read;
};

/// How sharing goes.
struct SharedTasksState {
  bool behind = false;        ///< for longer than `patience_us` the log has not been reached
  std::size_t queued = 0;     ///< entries that wait to be written
  std::uint64_t lost = 0;     ///< entries that there was no room for
  std::uint64_t foreign = 0;  ///< entries of others that were taken
  std::string trouble;        ///< why it is behind
};

/// Writes what happens here into the log and reads what happens elsewhere, `every_us`, by a thread
/// of its own. Requests never wait for it: while the log is away the gateway serves on with what it
/// knows, and what happens waits in memory (at most 64 MB) until the log is back.
class SharedTasks final : public TaskLog {
 public:
  struct Options {
    std::uint32_t gateway = 1;  ///< no other's, also none of an earlier process; not 0
    std::int64_t every_us = 20'000;
    std::int64_t beat_us = 1'000'000;
    std::int64_t patience_us = 1'000'000;
    std::int64_t again_us = 500'000;  ///< between two connections
  };
  SharedTasks(Options options, OpenSharedLog open, SharedTasksUse use);
  SharedTasks(const SharedTasks&) = delete;
  SharedTasks& operator=(const SharedTasks&) = delete;
  SharedTasks(SharedTasks&&) = delete;
  SharedTasks& operator=(SharedTasks&&) = delete;
  /// Writes what waits, and reads what came, if the log is there.
  ~SharedTasks() override;

  /// Waits until all that was in the log has been read, or the first try failed.
  void wait_for_first_reading();
  [[nodiscard]] SharedTasksState state() const;

 private:
  void take(std::string bytes) override;
  void work();
  base::Status exchange();
  base::Status write();
  base::Status read();
  base::Status beat();
  void take(const SharedEntry& entry);

  Options options_;
  OpenSharedLog open_;
  SharedTasksUse use_;
  // Of the thread:
  std::unique_ptr<SharedLog> log_;
  std::int64_t last_ = 0, next_beat_us_ = 0, next_try_us_ = 0;
  std::vector<std::uint32_t> gone_;

  mutable std::mutex mutex_;
  std::condition_variable wakes_, tried_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t written_ = 0;  // entries before the queue's first
  std::int64_t reached_us_;    // when the log was reached last
  SharedTasksState state_;
  bool has_tried_ = false, over_ = false;
  std::thread thread_;
};

}  // namespace turnout::gateway
