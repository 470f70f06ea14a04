#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/estimation/log_statistics.h"
#include "turnout/estimation/returning_users.h"
#include "turnout/estimation/user_spread.h"
#include "turnout/numeric/exact_sum.h"

/// The sums that statistics are made of. They are added up exactly, so that the tasks of a log may be summed
/// in parts and the parts put together in any order: what comes out is the same to the last bit.
/// docs/decisions/0016.
namespace turnout::estimation {

/// Numbers for names, in the order of their coming. Few names, and mostly the one before: a linear
/// search.
class Names {
 public:
  std::size_t number_of(std::string_view name) {
    if (last_ < names_.size() && names_[last_] == name) return last_;
    last_ = 0;
    while (last_ < names_.size() && names_[last_] != name) ++last_;
    if (last_ == names_.size()) names_.emplace_back(name);
    return last_;
  }
  [[nodiscard]] const std::string& name(std::size_t number) const { return names_[number]; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::size_t last_ = 0;
};

/// Count, sum and sum of squares, exactly.
struct ExactMoments {
  std::int64_t count = 0;
  numeric::ExactSum sum, squares;
  void add(double x) {
    ++count;
    sum.add(x);
    squares.add(x * x);
  }
  ExactMoments& operator+=(const ExactMoments& other);
  [[nodiscard]] Moments moments() const { return {count, sum.value(), squares.value()}; }
};

/// Of the passes whose attempts were served by the same models under the same policy.
struct PathSums {
  Fates fates;
  std::array<std::int64_t, kTaskEnds> ended{};  ///< tasks of known users that ended here
  ExactMoments latency, cost;
};

/// Of a model's passes in one period. PeriodCounts says what.
struct PeriodSums {
  Fates first;
  ExactMoments latency;
  std::int64_t timed = 0;
  numeric::ExactSum y, yy, x, xx, xy;
  PeriodSums& operator+=(const PeriodSums& other);
  [[nodiscard]] PeriodCounts counts() const;
};

/// How often samples of users have been halved.
struct Halvings {
  unsigned returning = 0, spread = 0;
};

/// The sums of some tasks.
struct LogSummary {
  /// A policy's number, an attempt (kDeepestPath + 1 for all beyond) and its models' numbers, the last one
  /// lowest.
  using PathId = std::uint64_t;
  static constexpr unsigned kModelBits = 8, kAttemptShift = 32, kPolicyShift = 35;

  LogSummary() = default;
  /// @param most_users  of how many at most it keeps whether they came back
  explicit LogSummary(std::size_t most_users) : returning(most_users) {}

  std::int64_t passes = 0, tasks = 0, recent = 0;  ///< as LogStatistics has them
  std::optional<std::int64_t> first_us, last_us;
  Contradictions contradictions;
  Names models, policies;
  std::unordered_map<PathId, PathSums> paths;
  std::vector<std::unordered_map<std::int64_t, PeriodSums>> periods;      ///< by model
  std::vector<std::unordered_map<std::int64_t, std::int64_t>> latencies;  ///< by model: bins
  ReturningUsers returning;
  UserSpreadGatherer spread;

  /// Counts a pass's time.
  void see_time(std::int64_t started_us);
  /// Adds the sums of other tasks.
  /// @param old_enough  whether those tasks are so old that users have had the time to come back
  /// @param days  of how many of the other's periods one here is made
  void take(const LogSummary& other, bool old_enough, std::int64_t days = 1);
  /// @param newest_us  a user whose latest task began no later has not come back
  /// @returns the statistics; kUnsupported for more models or policies than kMostModels, kMostPolicies.
  [[nodiscard]] base::Result<LogStatistics> statistics(std::int64_t newest_us) const;

  /// @returns the sums for storage: equal bytes for equal sums of the same names in the same order.
  [[nodiscard]] std::string bytes() const;
  /// @param halvings  of samples of users: those whom they leave out are passed over
  /// @returns the sums that bytes() wrote; kUnreadable for bytes that it did not write.
  static base::Result<LogSummary> read(std::string_view bytes, const Halvings& halvings);
  static base::Result<LogSummary> read(std::string_view bytes) { return read(bytes, {}); }
  [[nodiscard]] Halvings halvings() const { return {returning.halvings(), spread.halvings()}; }
};

/// @returns the quotient, rounded towards minus infinity.
constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace turnout::estimation
