#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/difficulty_fit.h"

namespace turnout::analysis {

struct CalibrateOptions {
  std::string group;       ///< a column: a fit for each of its values; empty: one fit of all
  bool outcomes = false;   ///< the file is a table of outcomes, not of retries
  std::uint64_t seed = 1;  ///< of the resampling for pass^k tables
};

/// Skill, difficulty and worth of feedback from tables of retries. docs/theory.md, section 15.
struct CalibrateAnswer {
  std::map<std::string, estimation::DifficultyFit> fits;  ///< by group, "" if there is one only
};

/// @param path  the table, or "-" for standard input
/// @returns the answer; errors of outcomes::read_retries() and outcomes::outcomes_as_retries(),
///   kMalformedInput for a group of outcomes; kCancelled.
base::Result<CalibrateAnswer> calibrate_answer(const std::string& path,
                                               const CalibrateOptions& options,
                                               const base::Cancellation& cancellation = {});

}  // namespace turnout::analysis
