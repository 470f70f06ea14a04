#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/estimation/off_policy.h"
#include "turnout/mapping/open_log.h"

namespace turnout::analysis {

/// What is to be said of which policy.
struct EvaluateOptions {
  std::string policy;  ///< by the names of the log's models; the grammar: policy/policy.h
  /// P, what an unsolved task costs, 0 to 1e9: J is given too.
  std::optional<double> penalty;
  /// Instead: what a customer is worth, 0 to 1e9; P is that times the share who never come back after
  /// an unsolved task beyond those after a solved one, as the log tells it.
  std::optional<double> lifetime_value;
};

/// What another policy would have come to. docs/theory.md, section 22.
struct EvaluateAnswer {
  std::string policy;               ///< in its shortest spelling
  std::vector<std::string> models;  ///< the names that the support's numbers stand for
  estimation::OffPolicyAnswer estimates;
  std::optional<estimation::Figure> penalty;  ///< P, with --penalty or --ltv
  std::vector<std::string> notes;             ///< what was taken for granted or left out
  store::ImportCounts import;                 ///< what reading the log met; zeros for a store
};

/// @param log  read twice
/// @param selection  which tasks count; those that began in the log's last window are left out besides,
///   since they may go on yet
/// @param watch  told of passes
/// @returns the answer; kInvalidValue naming the option, errors of the store and of
///   estimation::evaluate_policy(), kCancelled. Memory: 32 bytes a pass, 40 a task.
base::Result<EvaluateAnswer> evaluate_answer(const mapping::OpenLog& log,
                                             const estimation::LogSelection& selection,
                                             const EvaluateOptions& options,
                                             const base::Watch& watch = {});

}  // namespace turnout::analysis
