#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/estimation/returning_users.h"
#include "turnout/estimation/user_spread.h"
#include "turnout/traffic/pass.h"

/// What an estimate needs of a log: counts and sums, some kilobytes. docs/theory.md, section 19.
namespace turnout::estimation {

/// @returns a count as a number to calculate with: exact up to 2^53, beyond any log.
constexpr double as_real(std::int64_t count) { return static_cast<double>(count); }

/// How passes ended. The first rule that applies decides: the task has a next attempt, or its
/// ending says so: re-prompted (a failure after which the user stayed); outcome success or ending
/// resolved: solved; outcome failure or ending abandoned: abandoned; else silent.
struct Fates {
  std::int64_t reprompted = 0;
  std::int64_t solved = 0;
  std::int64_t abandoned = 0;
  std::int64_t silent = 0;
  [[nodiscard]] std::int64_t passes() const { return reprompted + solved + abandoned + silent; }
  [[nodiscard]] std::int64_t ends() const { return solved + abandoned + silent; }
  Fates& operator+=(const Fates& other);
  /// @returns the counts divided by effect >= 1, rounded: what passes of users who brought several
  ///   are worth of such of as many users. docs/theory.md, section 19.
  [[nodiscard]] Fates worth(double effect) const;
  friend bool operator==(const Fates&, const Fates&) = default;
};

/// Count, sum and sum of squares.
struct Moments {
  std::int64_t count = 0;
  double sum = 0;
  double squares = 0;
  /// Counts one value of what docs/theory.md, section 19, takes means of.
  void add(double x) {
    ++count;
    sum += x;
    squares += x * x;
  }
  Moments& operator+=(const Moments& other);
  [[nodiscard]] double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
  /// @returns the unbiased variance, (sum of squares - n mean^2) / (n - 1), with which
  ///   docs/theory.md, section 19, compares means; not below 0, and 0 for fewer than two.
  [[nodiscard]] double variance() const;
  friend bool operator==(const Moments&, const Moments&) = default;
};

/// The models that served a task's attempts up to and with this one, under a policy.
struct PathKey {
  std::string policy;
  /// of attempts 1, 2, ...; beyond kDeepestPath only the last one
  std::vector<std::string> models;
  bool deep = false;  ///< an attempt beyond kDeepestPath
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const PathKey&, const PathKey&) = default;
};
inline constexpr std::size_t kDeepestPath = 4;

/// Users who came back or did not, by how a task ended; of tasks old enough to tell.
struct ReturnCounts {
  std::array<std::int64_t, kTaskEnds> tasks{};
  std::array<std::int64_t, kTaskEnds> last{};  ///< no later task of the user is in the log
  ReturnCounts& operator+=(const ReturnCounts& other);
  friend bool operator==(const ReturnCounts&, const ReturnCounts&) = default;
};

struct PathCounts {
  Fates fates;
  ReturnCounts returns;  ///< of the tasks that ended here
  Moments latency;       ///< seconds
  Moments cost;          ///< dollars, of the passes that have one
  friend bool operator==(const PathCounts&, const PathCounts&) = default;
};

/// One model in one period of time. Speed is of passes with output: y = ln(latency / tokens), x =
/// ln tokens.
struct PeriodCounts {
  Fates first;      ///< first attempts only
  Moments latency;  ///< all attempts
  std::int64_t timed = 0;
  double y = 0, yy = 0, x = 0, xx = 0, xy = 0;
  friend bool operator==(const PeriodCounts&, const PeriodCounts&) = default;
};

/// Rows that contradict each other, by rule. docs/formats.md, "Rows that contradict each other".
struct Contradictions {
  std::int64_t gaps = 0;  ///< passes after a missing attempt: left out
  std::int64_t success_reprompted =
      0;  ///< outcome success, and yet a next attempt: taken as failed
  std::int64_t ended_reprompted =
      0;  ///< ending resolved or abandoned, and yet a next attempt: the attempt counts
  std::int64_t missing_next =
      0;  ///< ending reprompted without a next attempt: taken as re-prompted
  std::int64_t time_travel =
      0;  ///< started before the attempt before it: the attempt numbers count
  std::int64_t user_changed = 0;  ///< another user than the attempt before: the first user counts
  friend bool operator==(const Contradictions&, const Contradictions&) = default;
};

struct LogStatistics {
  std::int64_t passes = 0;  ///< of the chosen tasks, gaps and the last window included
  std::int64_t tasks = 0;
  /// passes in the last window, whose users may still come: in no other count but totals
  std::int64_t recent = 0;
  std::optional<std::int64_t> first_us, last_us;
  std::map<PathKey, PathCounts> paths;
  /// by model and number of the period
  std::map<std::string, std::map<std::int64_t, PeriodCounts>> periods;
  /// by model and bin, see latency_bin()
  std::map<std::string, std::map<std::int64_t, std::int64_t>> latencies;
  ReturnCounts returns;  ///< of all paths
  /// how many users each one stands for of whom it is counted whether they came back: 1, or a power of 2
  /// where there are more than ReturningUsers::kMost and a sample counts
  std::int64_t users_each = 1;
  std::map<std::string, UserSpread> users;  ///< by model
  Contradictions contradictions;
  friend bool operator==(const LogStatistics&, const LogStatistics&) = default;
};

/// Which tasks count, and how time is cut.
struct LogSelection {
  std::optional<std::int64_t> since_us,
      until_us;  ///< tasks whose first pass started in [since, until)
  /// columns of a task's first pass: user_id, model, policy_id
  std::map<std::string, std::string> where;
  std::int64_t window_us =
      3'600'000'000;  ///< passes younger than this at the log's end may be re-prompted yet
  std::int64_t period_us = 86'400'000'000;
  std::int64_t return_us =
      7 * std::int64_t{86'400'000'000};  ///< a user who does not come back for so long has left
};

/// @returns whether the task with this first pass counts.
bool chooses(const LogSelection& selection, const traffic::Pass& first);

/// Says of passes in the order of (task_id, attempt) whether their task counts.
class TaskSelector {
 public:
  explicit TaskSelector(LogSelection selection) : selection_(std::move(selection)) {}
  /// @returns whether the task of a pass counts: what its first pass says. The selection of
  ///   docs/theory.md, section 19. Total; O(1).
  bool takes(const traffic::Pass& pass);

 private:
  LogSelection selection_;
  std::optional<std::string> task_;
  bool taken_ = false;
};

/// Latencies are counted in bins of width 2^(1/16), so that quantiles are within 2.2 %.
/// @returns the bin of a latency, floor(16 log2 latency); kZeroLatency for 0.
std::int64_t latency_bin(double latency);
inline constexpr std::int64_t kZeroLatency = -100'000;
/// @returns the geometric middle of a bin.
double latency_of_bin(std::int64_t bin);

struct LogSummary;
struct Halvings;

/// Gathers the statistics in one pass over rows in the order of (task_id, attempt). Sums are exact, so that
/// nothing but which tasks there are decides what comes out. Memory: the statistics, and about 50 bytes a
/// user up to ReturningUsers::kMost and UserSpreadGatherer::kMostCounts; beyond that the users are a
/// sample by hash.
class StatisticsGatherer {
 public:
  /// @param last_us  start of the log's latest pass, of all tasks
  StatisticsGatherer(const LogSelection& selection, std::int64_t last_us,
                     std::size_t most_users = ReturningUsers::kMost);
  ~StatisticsGatherer();
  StatisticsGatherer(const StatisticsGatherer&) = delete;
  StatisticsGatherer& operator=(const StatisticsGatherer&) = delete;
  StatisticsGatherer(StatisticsGatherer&&) = delete;
  StatisticsGatherer& operator=(StatisticsGatherer&&) = delete;

  /// @param pass  the next in the order of (task_id, attempt); what it counts as, Fates says and
  ///   docs/theory.md, section 19. O(log of the paths seen).
  /// @returns whether more are of use: not once there are more models or policies than can be told
  ///   apart, of which finish() speaks.
  bool add(const traffic::Pass& pass);
  /// Adds the sums of tasks that the selection chooses and that add() is not given; their passes are all
  /// before the last window.
  /// @param old_enough  whether all of those tasks are so old that users have had the time to come back;
  ///   else none of them is
  /// @param days  of how many of the other's periods one here is made
  void take(const LogSummary& summary, bool old_enough, std::int64_t days);
  /// @returns how far the samples of users are halved: of a summary that is to be taken the others need
  ///   not be read.
  [[nodiscard]] Halvings halvings() const;
  /// @returns what was gathered; kUnsupported for more models or policies than kMostModels,
  ///   kMostPolicies.
  base::Result<LogStatistics> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};
/// How many can be told apart.
inline constexpr std::size_t kMostModels = 200;
inline constexpr std::size_t kMostPolicies = 1000;

/// @returns what StatisticsGatherer finds in a log in memory, docs/theory.md, section 19; its
///   errors.
/// @param passes  in any order, without duplicates
/// Cost: a sort.
base::Result<LogStatistics> gather(std::vector<traffic::Pass> passes,
                                   const LogSelection& selection);

}  // namespace turnout::estimation
