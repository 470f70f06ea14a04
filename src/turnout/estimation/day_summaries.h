#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/base/watch.h"
#include "turnout/estimation/log_summary.h"
#include "turnout/estimation/task_counter.h"
#include "turnout/store/pass_store.h"

/// Sums of the tasks of closed days, kept in the store, so that what a long log says is put together from
/// them and from the days that are open. docs/decisions/0016.
namespace turnout::estimation {

/// Adds up passes by the day in which their task began, its first model and its first policy.
class DayGatherer {
 public:
  using ByModelAndPolicy = std::map<std::pair<std::string, std::string>, LogSummary>;
  /// @param days  of which tasks count
  explicit DayGatherer(store::Days days) : days_(days) {}
  /// @param pass  the next in the order of (task_id, attempt)
  void add(const traffic::Pass& pass);
  /// @returns the sums by day; days without a task are not there.
  std::map<std::int64_t, ByModelAndPolicy> take();

 private:
  store::Days days_;
  std::map<std::int64_t, ByModelAndPolicy> sums_;
  TaskCounter counter_;
  std::optional<std::string> task_;
  bool counts_ = false;
};

/// What summarise() did.
struct SummariesMade {
  std::int64_t days = 0;     ///< days that were summarised, or summarised anew
  std::int64_t end_day = 0;  ///< all days before this one are summarised now
  bool has_passes = false;   ///< whether the store holds any
};

/// Brings the summaries of a store up to date: all days that ended a window before its latest pass, and
/// those that had changed when it began. In transactions of kStepDays days each: one that is killed goes
/// on where it was. A day or block of more than kMostSummaries first models and policies, or of more
/// models or policies than can be told apart, is not summarised: it is read by shorter blocks, and at
/// last pass by pass.
/// @param window_us  within which users come back to a task: days that are closed rarely change
/// @param watch  told of the days done; asked between transactions
/// @returns errors of the store; kUnsupported for one that keeps no summaries.
base::Result<SummariesMade> summarise(store::PassStore& store, std::int64_t window_us,
                                      const base::Watch& watch);
inline constexpr std::int64_t kStepDays = 32;
inline constexpr std::size_t kMostSummaries = 1000;

/// Blocks of days have 1, 4, 16, ... kLongestBlock days, and begin at a multiple of that.
inline constexpr std::int64_t kBlockGrowth = 4;
inline constexpr std::int64_t kLongestBlock = 1024;

/// Which parts of a log are read from summaries and which pass by pass.
struct ReadingPlan {
  struct Block {
    store::Days days;
    bool old_enough = false;  ///< whether the users of its tasks have had the time to come back
    friend bool operator==(const Block&, const Block&) = default;
  };
  std::vector<Block> blocks;
  std::vector<store::Days> raw;  ///< ascending, apart from each other
};

/// @returns the plan that takes as few and as long blocks as possible: those whose days are all summarised,
///   unchanged, selected, before the last window, and all or none old enough. Total; O(days).
ReadingPlan reading_plan(const store::KeptSummaries& kept, const store::LogSpan& span,
                         const LogSelection& selection);

}  // namespace turnout::estimation
