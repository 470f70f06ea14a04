#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/log_statistics.h"

/// Whether a model was served slower from some time on than its load and the length of its answers
/// explain. docs/theory.md, section 23.
namespace turnout::estimation {

struct SpeedChange {
  std::int64_t at_us = 0;  ///< start of the first period after the change
  double factor = 1;  ///< latency per output token after it over before it, load and length alike
  double low = 1, high = 1;  ///< 95 % interval
  double p_value = 1;        ///< of no change anywhere, by permutation of the periods
};

struct SpeedSeries {
  std::string model;
  std::size_t periods = 0;  ///< with enough passes to count
  std::int64_t passes = 0;  ///< that count
  bool by_token = true;  ///< false: the log has no output tokens of the model, latency is a pass's
  double length_slope =
      0;  ///< d ln(latency per token) / d ln(tokens): -1 if latency does not depend on length
  double load_slope = 0;  ///< d ln(latency per token) / d ln(passes of all models in the period)
  std::vector<SpeedChange> changes;  ///< in the order of time
  double p_value = 1;                ///< of the most likely change
};

/// @returns a series for each model, in the order of their names, with the times at which it was
///   served slower or faster from then on. docs/theory.md, section 23. For each split of the
///   periods ln(latency / tokens) is fitted by length (slope from within periods), load and a step,
///   with weights by passes (ln of the mean latency where there are no tokens); the largest F
///   statistic is compared with those of 999 permutations of the residuals (Freedman and Lane
///   1983). Parts on either side of a change are searched again. The same for the same seed.
/// @param period_us  how the statistics cut time, > 0
/// @param alpha  in (0, 1): probability of reporting any change of any model where there is none,
///   if periods are exchangeable once load and length are taken out; shared among the models
///   (Bonferroni)
/// @param cancellation  asked before each permutation; if it stops the work, the answer means
///   nothing
/// Total. Cost: for each model 1,000 times the square of its periods.
std::vector<SpeedSeries> find_speed_changes(const LogStatistics& statistics, std::int64_t period_us,
                                            double alpha, std::uint64_t seed,
                                            const base::Cancellation& cancellation = {});

/// Fewer periods than this tell nothing.
inline constexpr std::size_t kLeastPeriods = 12;

}  // namespace turnout::estimation
