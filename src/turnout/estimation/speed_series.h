#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/estimation/speed_log.h"
#include "turnout/numeric/change_point.h"

namespace turnout::estimation {

/// How time is cut for the search for a change.
struct SpeedPeriods {
  std::int64_t length_us = 0;
  bool hours = false;  ///< the log spans two days: the hour of the day is adjusted for
  bool days = false;   ///< it spans two weeks: the day of the week is
};

/// @returns days, or where the log spans fewer than 20 of them a fortieth of it (a minute at
///   least), or more than 120 the fewest whole days that make 120 periods or fewer.
SpeedPeriods periods_of(const SpeedLog& log);

/// What is compared over time, and what it was adjusted for.
struct AdjustedSpeed {
  numeric::NoisySeries series;
  std::vector<std::int64_t> starts_us;  ///< of each value's period
  std::int64_t passes = 0;              ///< that count
  std::int64_t without_tokens = 0;      ///< left out: others of the model have tokens
  std::int64_t sparse = 0;              ///< left out: fewer than five in their period
  std::vector<std::string> adjusted;    ///< "output tokens", "hour of the day", ...
  std::vector<std::string> unadjusted;  ///< each with its reason
  double length_slope = 0;  ///< d ln latency / d ln output tokens, at the mean of ln tokens
};

/// ln latency of a model by period, and the covariates of docs/theory.md, section 23: ln tokens with
/// squares and their product, three harmonics of the hour, days of the week, ln of arrivals within
/// half an hour and within the minute, all as means of the period; ln of the period's arrivals.
/// What passes of one period say of the coefficients is the series' prior. Latencies four standard
/// deviations off are brought to four.
/// @param rows  of one model, in the order of their starts
AdjustedSpeed adjust_speed(const std::vector<SpeedRow>& rows, const SpeedLog& log,
                           const SpeedPeriods& periods);

}  // namespace turnout::estimation
