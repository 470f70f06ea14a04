#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/mapping/mapped_row.h"
#include "turnout/traffic/match_counts.h"

/// Which rows of a log without attempts are attempts at one task. docs/formats.md, "Matching
/// re-prompts".
namespace turnout::mapping {

/// Puts rows into tasks, in the order of their starts. A row belongs to an earlier row's task by
/// the first rule that applies: (1) its task_id; (2) its messages begin with all those of the
/// row's; (3) its conversation, unless its messages begin one, or a context of more than one turn
/// of the same user; (4) a similarity of kAlike or more of the user's last messages. Rules 2 to 4
/// only within `window_us` of the end of the task's last pass, and for one user.
/// @param rows      sound ones, in any order
/// @param feedback  the last one about a pass counts
/// @returns passes in the order of tasks and attempts; a pass before another is re-prompted, the
///   last one open. A task without an id is named by its first row's id, so that reading a log
///   again gives the same tasks.
/// Memory: the rows. O(n log n).
std::vector<traffic::Pass> match_reprompts(std::vector<MappedRow> rows,
                                           const std::vector<MappedFeedback>& feedback,
                                           std::int64_t window_us, traffic::MatchCounts& counts);
inline constexpr double kAlike = 0.5;

}  // namespace turnout::mapping
