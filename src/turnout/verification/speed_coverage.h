#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/numeric/interval.h"

/// How often the search for a change of speed raises a false alarm, and how often it finds what is
/// there: on simulated logs. docs/slowdowns.md.
namespace turnout::verification {

struct SpeedSetting {
  std::string name;
  double slower = 1;  ///< factor of latency from the 18th of 30 days on; 1: a clean log
  double drift = 1;   ///< factor of latency over the month, straight
  double passes = 0;  ///< mean number in a log
  std::size_t logs = 0;
  numeric::Interval changed;   ///< share of the logs that were said to have changed in any way
  numeric::Interval stepped;   ///< share with a dated step
  std::size_t drifted = 0;     ///< logs said to drift
  std::size_t unresolved = 0;  ///< logs said to have a step or a drift
  std::size_t seconds = 0;     ///< steps beyond the first, over all logs
  numeric::Interval dates;     ///< share of the steps whose interval of time holds the truth
  numeric::Interval factors;   ///< and of their factors
};

/// Ways in which a log is written and a service behaves; the numbers of settings.
inline constexpr std::size_t kSpeedSettings = 17;

/// Writes `logs` logs of each setting, 30 days of some 100 passes of one model, and searches each at
/// alpha = 5 %. Latency is a wait, plus times per token of prompt and answer, times effects of day,
/// hour, weekday and load, times gamma noise with time-outs: nothing of it is a lognormal regression.
/// @param watch  told by one thread of logs done, about. A cancelled run ends early, with settings
///   that mean nothing.
std::vector<SpeedSetting> measure_speed_search(std::size_t logs, std::uint64_t seed,
                                               const base::Watch& watch = {});

}  // namespace turnout::verification
