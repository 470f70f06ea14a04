#pragma once

namespace turnout::numeric {

/// A number that was estimated, and the interval that holds the truth in 95 % of cases.
struct Interval {
  double value = 0;
  double low = 0;   ///< <= value
  double high = 0;  ///< >= value
};

}  // namespace turnout::numeric
