#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/mapping/mapped_row.h"
#include "turnout/mapping/row_spill.h"
#include "turnout/traffic/match_counts.h"

namespace turnout::mapping {

/// A row in the form in which it waits, one of those that stand one after the other in a text.
struct PackedRow {
  std::int64_t started_us = 0;
  std::uint64_t id = 0;  ///< a hash; 0: it has none
  std::size_t size = 0;  ///< bytes
};
/// Appends a row to others.
/// @param row  sound; one without an answer needs a start only
PackedRow pack(MappedRow& row, std::string& to);

/// Makes passes of the rows of a log: in the order of their starts they go through
/// traffic::TaskMatcher, rows of one pass become one, and feedback finds its pass. docs/identity.md.
/// Memory: about 60 bytes a row, and 30 more a row if there is feedback; the rows themselves are in
/// a temporary file. Time: O(n log n).
class RowMatcher {
 public:
  /// @param window_us  how long after an answer a user may come back to the task
  static base::Result<RowMatcher> create(std::int64_t window_us);

  /// Takes rows in any order.
  base::Status take(MappedRow row);
  /// @param bytes  those of the row
  base::Status take(const PackedRow& row, std::string_view bytes);
  /// The last one about a pass counts.
  void take(const MappedFeedback& feedback);
  /// To be called once, after the last row.
  base::Status match(traffic::MatchCounts& counts, const base::Cancellation& cancellation = {});
  /// The passes in the order in which they began; one before another of its task is re-prompted, a
  /// task's last one open. A task without an id has its first row's, so that reading a log again
  /// gives the same tasks.
  /// @returns false at the end.
  base::Result<bool> next(traffic::Pass& pass);

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Row {
    std::int64_t started_us = 0;
    std::uint64_t at = 0, id = 0;  // in the spill; of the row
    std::uint32_t pass = kNone;
    traffic::MatchRule rule = traffic::MatchRule::kNewTask;
  };
  struct PassOfTask {
    std::uint32_t task = 0;
    float probability = 0;
    traffic::MatchRule rule = traffic::MatchRule::kNewTask;
    bool answered = false;
    traffic::Outcome said = traffic::Outcome::kUnknown;  // by feedback
  };
  struct TaskOfPasses {
    std::uint32_t last = kNone;  // its last pass that was answered
    std::uint32_t given = 0;     // passes given out by next()
  };
  struct Doubt {
    std::uint64_t at = 0;  // in the spill
    std::uint64_t person = 0;
    traffic::Match match;
  };
  explicit RowMatcher(RowSpill spill, std::int64_t window_us);
  void sort_rows(traffic::MatchCounts& counts);
  void note(Row& row, const MappedRow& mapped, const traffic::Match& match,
            traffic::MatchCounts& counts);
  void judge(const MappedRow& row, const traffic::Match& match, traffic::MatchCounts& counts);
  void doubt(const Row& row, const MappedRow& mapped, const traffic::Match& match);
  base::Status name_doubts(traffic::MatchCounts& counts);
  base::Result<traffic::NamedRequest> named(std::uint64_t at);
  void hear_feedback(traffic::MatchCounts& counts);
  void close_tasks(traffic::MatchCounts& counts);
  base::Status gather(std::uint32_t number, traffic::Pass& pass);
  std::string task_name(const MappedRow& row);

  RowSpill spill_;
  traffic::TaskMatcher matcher_;
  std::vector<Row> rows_;
  std::vector<PassOfTask> passes_;
  std::vector<TaskOfPasses> tasks_;
  std::vector<std::pair<std::uint64_t, traffic::Outcome>> feedback_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> names_;  // of rows and answers
  std::unordered_map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> last_true_;
  std::vector<Doubt> doubts_;                            // the most doubtful first
  std::size_t given_ = 0;                                // rows
  std::unordered_map<std::uint32_t, std::string> open_;  // names of tasks that go on
  std::unordered_set<std::uint64_t> taken_;              // hashes of names
};

}  // namespace turnout::mapping
