#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "turnout/base/line_reader.h"
#include "turnout/outcomes/retry_counts.h"

namespace turnout::outcomes {

/// What a table of retries holds, told by its header. docs/formats.md, "Retries".
using RetryTable = std::variant<std::vector<RetryCounts>, std::vector<PassPowers>, TrialCounts>;

/// Reads a CSV whose header has, in any order and among others,
///   model, cases, solved_first, solved_within_two   second tries after a failed first;
///                                                   also pass1, pass2 (Aider)
///                                                   and, if it may be another, second_model
///   model, pass_1, pass_2, ...                      pass^k in [0, 1] or percent, blank where not
///                                                   measured (tau-bench)
///   model, task_id or task, trial, reward or success      one row per trial, 0 or 1
/// @param group  a column by which to take the rows apart; empty: all together, under the name ""
/// @returns the tables by group, or the first error with file, line and column.
base::Result<std::map<std::string, RetryTable>> read_retries(base::LineReader& rows,
                                                             const std::string& group = "");

/// Reads a table of outcomes (outcome_table.h) as trials; rates without counts must be 0 or 1, from
/// one trial each.
/// @param score  a column that is no model; empty: none
base::Result<RetryTable> outcomes_as_retries(base::LineReader& rows, const std::string& score = "");

}  // namespace turnout::outcomes
