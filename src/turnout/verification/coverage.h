#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/numeric/interval.h"

/// Whether the intervals of estimates from logs hold what they promise: on simulated logs of known
/// truth.
namespace turnout::verification {

struct CoveredFigure {
  std::string figure;  ///< "p of mini", "sigma", ...
  double truth = 0;
  std::size_t logs = 0;        ///< that gave the figure
  std::size_t covered = 0;     ///< of them, intervals that hold the truth
  std::size_t identified = 0;  ///< of them, given as a number and not as a range
  numeric::Interval coverage;  ///< covered / logs
  double mean_width = 0;       ///< of the interval
};

struct CoverageSetting {
  std::string name;
  double passes = 0;  ///< mean number in a log
  std::vector<CoveredFigure> figures;
  double mean_regret = 0,
         worst_regret = 0;  ///< share of J that the plan chosen by the estimate loses
  std::size_t regret_logs = 0;
};

/// Simulates `logs` logs of each setting with `tasks` tasks, estimates from each, compares. The
/// regret is over plans of one switch of model at most, chosen by the estimate and judged by the
/// truth, on the first `regret_logs` logs.
/// @param watch  told by one thread of logs done, about. A cancelled run ends early, with settings
///   that mean nothing.
inline constexpr std::size_t kCoverageSettings = 8;
std::vector<CoverageSetting> measure_coverage(std::size_t logs, std::uint64_t tasks,
                                              std::size_t regret_logs, std::uint64_t seed,
                                              const base::Watch& watch = {});

}  // namespace turnout::verification
