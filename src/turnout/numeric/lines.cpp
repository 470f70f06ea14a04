#include "turnout/numeric/lines.h"

#include <algorithm>

namespace turnout::numeric {

Range where_lowest(const Line& line, std::span<const Line> others, Ties ties) {
  constexpr Range kNowhere{0, -1};
  Range where;
  for (const Line& other : others) {
    const DoubleDouble rise = line.slope - other.slope;
    const DoubleDouble lead = other.intercept - line.intercept;  // how far below the other at x = 0
    if (rise.hi == 0) {
      if (lead.hi < 0 || (lead.hi == 0 && ties == Ties::kDoNotCount)) return kNowhere;
      continue;
    }
    const auto crossing = static_cast<double>(lead / rise);
    if (rise.hi > 0) {
      where.high = std::min(where.high, crossing);
    } else {
      where.low = std::max(where.low, crossing);
    }
  }
  if (where.empty() || (where.low == where.high && ties == Ties::kDoNotCount)) return kNowhere;
  return where;
}

}  // namespace turnout::numeric
