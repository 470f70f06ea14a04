#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "turnout/estimation/log_summary.h"
#include "turnout/traffic/pass.h"

namespace turnout::estimation {

/// Adds the passes of one task after the other to sums.
class TaskCounter {
 public:
  /// @param settled_us  a pass that started later may be re-prompted yet: it counts as recent only
  /// @param newest_us   a task that began later is too young to tell whether its user comes back
  explicit TaskCounter(std::int64_t settled_us = std::numeric_limits<std::int64_t>::max(),
                       std::int64_t newest_us = std::numeric_limits<std::int64_t>::max())
      : settled_us_(settled_us), newest_us_(newest_us) {}

  /// Begins a task with its first pass, which add() is given next.
  /// @param sums  to which its passes are added; lives until finish()
  void begin(const traffic::Pass& first, LogSummary& sums, std::int64_t period_us);
  /// @param pass  the next of the task in the order of attempts. What it counts as, Fates says.
  void add(const traffic::Pass& pass);
  /// Ends the task that was begun, if one was.
  void finish();

 private:
  /// What is kept of a pass until the next one of its task has come.
  struct Row {
    std::int64_t attempt = 0;
    std::size_t model = 0, policy = 0;
    std::int64_t started_us = 0;
    double latency = 0;
    std::optional<double> cost;
    std::int64_t tokens = 0;
    traffic::Outcome outcome = traffic::Outcome::kUnknown;
    traffic::Ending ending = traffic::Ending::kOpen;
  };
  using Fate = std::int64_t Fates::*;
  static Fate fate_of(const Row& row, bool has_next);
  static TaskEnd end_of(Fate fate);
  [[nodiscard]] LogSummary::PathId path_id() const;
  void count(bool has_next);
  void count_contradictions(bool has_next);
  void count_period(Fate fate);

  std::int64_t settled_us_, newest_us_;
  LogSummary* sums_ = nullptr;  // of the task that is being read
  std::int64_t period_us_ = 0;
  std::string user_before_;
  std::optional<std::uint64_t> user_;
  std::uint64_t mark_ = 0;
  bool after_gap_ = false;
  std::int64_t expected_ = 1, task_started_us_ = 0;
  std::optional<Row> row_;  // the last one, not counted yet
  std::uint64_t path_ =
      0;  // models of the attempts that were counted, 8 bits each, the last one lowest
};

}  // namespace turnout::estimation
