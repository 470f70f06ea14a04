#pragma once

#include <limits>
#include <span>

#include "turnout/numeric/double_double.h"

namespace turnout::numeric {

/// y = intercept + slope x.
struct Line {
  DoubleDouble intercept;
  DoubleDouble slope;
};

/// low <= x <= high; empty if low > high. high may be infinite.
struct Range {
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  [[nodiscard]] bool empty() const { return !(low <= high); }
  [[nodiscard]] bool contains(double x) const { return low <= x && x <= high; }
};

/// Whether meeting another line counts as being lowest.
enum class Ties { kCount, kDoNotCount };

/// @returns the x >= 0 for which `line` is lowest among `others`: nowhere above them (kCount; the
///   interval is closed and may be a point), or below them all (kDoNotCount; the interval is open
///   and empty if it were a point).
/// Ends are accurate to relative 2^-52 whatever cancels in the differences of intercepts and
/// slopes. Cost: one division per other line.
Range where_lowest(const Line& line, std::span<const Line> others, Ties ties);

}  // namespace turnout::numeric
