#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/traffic/mapped_row.h"

/// Which rows of a log without attempts are attempts at one task. docs/formats.md, "Matching re-prompts".
namespace turnout::traffic {

/// By which rule rows came to their tasks.
struct MatchCounts {
  std::size_t merged = 0;           ///< further calls of an answer (the same attempt_id)
  std::size_t by_task = 0;          ///< re-prompts by the task's id
  std::size_t by_messages = 0;      ///< the messages go on from those of a pass
  std::size_t by_conversation = 0;  ///< the same conversation, or a context with earlier turns
  std::size_t by_similarity = 0;    ///< the same user asks alike
  std::size_t tasks = 0;
  std::size_t feedback = 0;       ///< feedback of a pass that is there
  std::size_t lost_feedback = 0;  ///< and of one that is not
  std::size_t passed_over = 0;    ///< rows that are neither a pass nor feedback
  /// With true_task: pairs of a user's rows, one after the other, that are of one task and were put together; that are
  /// not and were; that are and were not.
  std::size_t right = 0, wrong = 0, missed = 0;
  [[nodiscard]] double precision() const { return ratio(right, right + wrong); }
  [[nodiscard]] double recall() const { return ratio(right, right + missed); }

 private:
  static double ratio(std::size_t a, std::size_t b) {
    return b == 0 ? 1 : static_cast<double>(a) / static_cast<double>(b);
  }
};

/// Puts rows into tasks, in the order of their starts. A row belongs to an earlier row's task by the first rule that
/// applies: (1) its task_id; (2) its messages begin with all those of the row's; (3) its conversation, unless its
/// messages begin one, or a context of more than one turn of the same user; (4) a similarity of kAlike or more of the
/// user's last messages. Rules 2 to 4 only within `window_us` of the end of the task's last pass, and for one user.
/// @param rows      sound ones, in any order
/// @param feedback  the last one about a pass counts
/// @returns passes in the order of tasks and attempts; a pass before another is re-prompted, the last one open. A task
///   without an id is named by its first row's id, so that reading a log again gives the same tasks.
/// Memory: the rows. O(n log n).
std::vector<Pass> match_reprompts(std::vector<MappedRow> rows, const std::vector<MappedFeedback>& feedback,
                                  std::int64_t window_us, MatchCounts& counts);
inline constexpr double kAlike = 0.5;

}  // namespace turnout::traffic
