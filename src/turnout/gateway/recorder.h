#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/traffic/pass.h"

/// Passes on their way into a store that may be slow or down.
namespace turnout::gateway {

/// Where passes stay. Used by one thread.
class PassSink {
 public:
  PassSink() = default;
  PassSink(const PassSink&) = delete;
  PassSink& operator=(const PassSink&) = delete;
  PassSink(PassSink&&) = delete;
  PassSink& operator=(PassSink&&) = delete;
  virtual ~PassSink() = default;
  /// Stores passes, or writes them anew: all of them for good, or an error. May block.
  virtual base::Status put(std::span<const traffic::Pass> passes) = 0;
  /// Writes outcomes to passes that it holds: all of them, or an error. May block.
  /// @returns how many of the passes it holds.
  virtual base::Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes) = 0;
};
/// @param give_up  becomes true when a put() has taken too long: it should end then, with an error
/// @returns a sink that is connected anew; called whenever the one before has failed.
using OpenSink =
    std::function<base::Result<std::unique_ptr<PassSink>>(const std::atomic<bool>& give_up)>;

/// How the recorder is.
struct RecorderState {
  std::size_t queued = 0;         ///< passes in memory
  std::uint64_t stored = 0;       ///< writes that the store has taken
  std::uint64_t spilled = 0;      ///< passes that were written to the spill file
  std::uint64_t lost = 0;         ///< passes that neither took: the spill file was full
  std::uint64_t spill_bytes = 0;  ///< waiting in the spill file
  std::size_t outcomes = 0;       ///< late outcomes in memory
  std::uint64_t told = 0;         ///< late outcomes that the store has taken
  std::uint64_t untold = 0;       ///< of no pass that it holds
  std::string trouble;            ///< why the store takes none; empty: it does
  /// @returns "ok"; "spilling": passes wait in the spill file; "losing": it is full.
  [[nodiscard]] std::string_view word() const {
    return trouble.empty() ? "ok" : lost > 0 ? "losing" : "spilling";
  }
};

/// Takes passes without ever blocking and gives them to a sink from a thread of its own, many at a
/// time, so that a commit is shared. What the sink does not take goes to a file, a line of JSON a pass,
/// and from there to the sink when it takes passes again, before anything newer; a file that an
/// earlier process left likewise. Passes are named by task and attempt and the last one counts, so
/// that giving one twice does no harm.
///
/// A process that is killed loses what came in the last `every_us` and was on its way; what is in the
/// spill file stays.
class Recorder {
 public:
  struct Options {
    std::int64_t every_us = 1'000'000;
    std::string spill;                      ///< a file
    std::uint64_t spill_limit = 1U << 30U;  ///< bytes
    std::int64_t patience_us = 5'000'000;   ///< a sink that takes longer for a put() has failed
  };
  Recorder(Options options, OpenSink open);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  Recorder(Recorder&&) = delete;
  Recorder& operator=(Recorder&&) = delete;
  /// Stores or spills what is queued.
  ~Recorder();

  /// Thread safe; never waits for the sink or the disk.
  void put(traffic::Pass pass);
  /// Has an outcome written to a pass that is stored already. It waits in memory as long as the store
  /// takes none. @returns whether it was taken: false if kMostOutcomes wait.
  bool tell(traffic::ToldOutcome outcome);
  static constexpr std::size_t kMostOutcomes = 10'000;
  /// Waits until all passes that came before are stored or spilled, and all outcomes stored if the store
  /// takes any.
  void flush();
  [[nodiscard]] RecorderState state() const;

 private:
  void work();
  void watch();
  void write(std::vector<traffic::Pass> passes);
  base::Status write_outcomes();
  bool connect();
  base::Status unspill();
  void spill(std::span<const traffic::Pass> passes);
  void note(const base::Status& status);

  Options options_;
  OpenSink open_;
  std::unique_ptr<PassSink> sink_;
  std::int64_t next_try_us_ = 0;
  bool spill_waits_ = true;  // there may be a file of an earlier process

  mutable std::mutex mutex_;
  std::condition_variable wakes_, flushed_;
  std::vector<traffic::Pass> queue_;
  std::vector<traffic::ToldOutcome> outcomes_;
  std::size_t untried_ = 0;  // of outcomes_, the latest
  // Passes that came, and that are stored, spilled or lost; outcomes, and those that were tried.
  std::uint64_t taken_ = 0, done_ = 0;
  bool over_ = false, hurry_ = false;
  RecorderState state_;
  std::atomic<bool> give_up_ = false;
  std::atomic<std::int64_t> busy_since_us_ = 0;  // 0: the sink has nothing to do
  std::thread thread_, watch_;
};

}  // namespace turnout::gateway
