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
};

/// What another policy would have come to. docs/theory.md, section 22.
struct EvaluateAnswer {
  std::string policy;  ///< in its shortest spelling
  estimation::OffPolicyAnswer estimates;
  /// J = C + P (1 - S) by the doubly robust estimates of its two parts; with a penalty.
  std::optional<double> provider_cost;
  std::optional<double> penalty;
  std::vector<std::string> notes;  ///< what was left out, a sentence each
  store::ImportCounts import;      ///< what reading the log met; zeros for a store
};

/// @param log  read twice
/// @param selection  which tasks count; those that began in the log's last window are left out besides,
///   since they may go on yet
/// @param watch  told of passes
/// @returns the answer; kInvalidValue naming the option, errors of the store and of
///   estimation::OffPolicyEvaluator::finish(), kCancelled.
base::Result<EvaluateAnswer> evaluate_answer(const mapping::OpenLog& log,
                                             const estimation::LogSelection& selection,
                                             const EvaluateOptions& options,
                                             const base::Watch& watch = {});

}  // namespace turnout::analysis
