#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "turnout/base/line_reader.h"
#include "turnout/base/result.h"

namespace turnout::outcomes {

/// What models did on each of a set of tasks. docs/formats.md, "Outcomes".
struct OutcomeTable {
  std::vector<std::string> models;
  std::vector<std::string> tasks;
  std::vector<std::vector<double>> rate;  ///< success rate in [0, 1], rate[task][model]
  /// Trials behind each rate, trials[task][model]; 0 where the file does not say (rates are then
  /// taken as exact).
  std::vector<std::vector<double>> trials;
  std::vector<double> score;  ///< by task, if a column of scores was asked for

  /// @returns the column of a model, or models.size().
  [[nodiscard]] std::size_t column(const std::string& model) const;
  /// @returns the table of these models alone, in their order; kInvalidValue naming the first one that
  ///   has no outcomes.
  [[nodiscard]] base::Result<OutcomeTable> of_models(const std::vector<std::string>& names) const;
};

/// Which columns (or, in the third form, rows) to read.
struct OutcomeColumns {
  std::vector<std::string> models;  ///< pass over all others; empty: take every model
  std::string score;  ///< a column of numbers, one per task, that is no model; empty: none
};

/// Reads any of these forms, told apart by the header:
///   task,<model>,<model>,...         success rates, one row per task
///   task,trial,<model>,<model>,...   0 or 1, one row per task and trial
///   task, model, trials, successes   counts, one row per task and model, columns in any
///                                    order and others passed over
///   task, model, trial, success      0 or 1, one row per trial, likewise; also task_id and reward
/// @returns the table, or the first error with file, line and column: a number out of range, a task
///   (or pair) that stands there twice, a model without outcomes for some task, no task.
base::Result<OutcomeTable> read_outcomes(base::LineReader& rows,
                                         const OutcomeColumns& columns = {});

}  // namespace turnout::outcomes
