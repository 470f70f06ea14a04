#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/numeric/interval.h"

/// Whether the intervals of another policy, evaluated from a log, hold what they promise: on simulated
/// logs of known truth.
namespace turnout::verification {

/// One quantity of one policy over the logs of a setting.
struct CoveredQuantity {
  std::string quantity;  ///< "service_cost", ..., "J", "J less the log's"
  double truth = 0;
  std::size_t covered = 0;     ///< logs whose interval or range holds the truth
  std::size_t told = 0;        ///< logs that give a number and not only a range
  numeric::Interval coverage;  ///< covered / logs
  double mean_width = 0;
};

struct EvaluatedPolicy {
  std::string policy;
  std::size_t logs = 0;      ///< that answered
  std::size_t declined = 0;  ///< that did not
  std::vector<CoveredQuantity> quantities;
};

struct EvaluationSetting {
  std::string name;
  double passes = 0;  ///< mean number in a log
  std::vector<EvaluatedPolicy> policies;
};

/// Simulates `logs` logs of each setting with `tasks` tasks, evaluates three policies from each,
/// compares. Users are such as react to the models only.
/// @param watch  told by one thread of logs done, about. A cancelled run ends early, with settings
///   that mean nothing.
inline constexpr std::size_t kEvaluationSettings = 9;
std::vector<EvaluationSetting> measure_evaluations(std::size_t logs, std::uint64_t tasks,
                                                   std::uint64_t seed,
                                                   const base::Watch& watch = {});

}  // namespace turnout::verification
