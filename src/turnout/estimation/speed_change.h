#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/speed_series.h"
#include "turnout/numeric/change_point.h"
#include "turnout/numeric/interval.h"

/// Whether a model was served slower from some time on than the length of its prompts and answers,
/// the hour, the weekday and the log's own load explain. docs/theory.md, section 23.
namespace turnout::estimation {

/// A change for good, or what may be one.
struct SpeedChange {
  std::int64_t at_us = 0;     ///< start of the first period after it
  std::int64_t first_us = 0;  ///< 95 % interval of at_us
  std::int64_t last_us = 0;
  numeric::Interval factor;  ///< latency after it over before it, all else alike; 95 %
  double p_value = 1;        ///< of no change
  double p_drift = 1;        ///< of a smooth drift in its place
};

enum class SpeedVerdict : std::uint8_t {
  kTooLittle,   ///< fewer than kLeastPeriods periods
  kUnchanged,   ///< no change found
  kStep,        ///< changed at the times in `steps`
  kDrift,       ///< drifts
  kUnresolved,  ///< changed; a step and a drift explain it: both are given
};

struct SpeedSeries {
  std::string model;
  AdjustedSpeed speed;
  SpeedVerdict verdict = SpeedVerdict::kTooLittle;
  std::vector<SpeedChange> steps;  ///< in the order of time; of kUnresolved the likeliest
  double p_value = 1;              ///< of no change at all
  /// Latency at the end over that at the start if it drifts evenly and nothing else happens; 95 %.
  numeric::Interval trend{1, 1, 1};
  double shared_deviation = 0;    ///< sd of what the passes of a period share, of ln latency
  double shared_correlation = 0;  ///< of that from one period to the next
};

struct SpeedOptions {
  double alpha = 0.05;  ///< in [0.001, 0.5]: probability of reporting any change of any model where
                        ///< there is none; shared among the models (Bonferroni)
  double least = 0.05;  ///< in [0, 10]: smaller changes than by this share are not reported
  std::uint64_t seed = 1;
};

/// Fewer periods than this tell nothing.
inline constexpr std::size_t kLeastPeriods = 12;

/// @returns a series for each model, in the order of their names. docs/theory.md, section 23:
///   latencies adjusted by adjust_speed(), then test_for_step() of their means by period. After a
///   step another change is looked for beside it, at alpha over 2, 3, ... The same for the same
///   seed.
/// @param cancellation  asked before each draw; if it stops the work, the answer means nothing
/// Total. Cost: for each model a regression over its passes and test_for_step().
std::vector<SpeedSeries> find_speed_changes(const SpeedLog& log, const SpeedOptions& options,
                                            const base::Cancellation& cancellation = {});

}  // namespace turnout::estimation
