#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/difficulty_fit.h"
#include "turnout/estimation/held_out.h"
#include "turnout/estimation/pair_feedback.h"

namespace turnout::analysis {

struct CalibrateOptions {
  std::string group;       ///< a column: a fit for each of its values; empty: one fit of all
  bool outcomes = false;   ///< the file is a table of outcomes, not of retries
  std::string score;       ///< a column of the outcomes that is no model; empty: none
  std::uint64_t seed = 1;  ///< of the resampling for pass^k tables, and of the halves
  bool held_out = false;   ///< forecast each half of the tasks from the other; tables of trials
  std::string check;       ///< another table, whose retries the fit forecasts; empty: none
};

/// Skill, difficulty, what suits a model and worth of feedback from tables of retries. docs/theory.md, section 15.
struct CalibrateAnswer {
  std::map<std::string, estimation::DifficultyFit> fits;  ///< by group, "" if there is one only
  /// By group, where the table has second tries with feedback of enough models or pairs of models.
  std::map<std::string, estimation::PairFeedback> pairs;
  std::map<std::string, estimation::Forecasts> held_out;  ///< by group, where asked for
  std::string checked;  ///< the table that the fit was tried on; empty: none
  std::optional<estimation::Forecasts> check;
};

/// @param path  the table, or "-" for standard input
/// @returns the answer; errors of outcomes::read_retries() and outcomes::outcomes_as_retries(),
///   kMalformedInput for a group of outcomes or of a check and for a score without outcomes; kUnsupported for held-out tasks of a table
///   that does not tell its tasks apart; kCancelled.
base::Result<CalibrateAnswer> calibrate_answer(const std::string& path,
                                               const CalibrateOptions& options,
                                               const base::Cancellation& cancellation = {});

}  // namespace turnout::analysis
