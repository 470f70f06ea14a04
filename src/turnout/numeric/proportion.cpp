#include "turnout/numeric/proportion.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "turnout/numeric/normal.h"

namespace turnout::numeric {

Interval proportion(std::size_t hits, std::size_t trials) {
  assert(hits <= trials);
  if (trials == 0) return {0, 0, 1};
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(hits) / n;
  const double shrink = 1 / (1 + kNormal95 * kNormal95 / n);
  const double middle = (share + kNormal95 * kNormal95 / (2 * n)) * shrink;
  const double half =
      kNormal95 * shrink * std::sqrt(share * (1 - share) / n + kNormal95 * kNormal95 / (4 * n * n));
  return {share, hits == 0 ? 0 : std::max(0.0, middle - half),
          hits == trials ? 1 : std::min(1.0, middle + half)};
}

}  // namespace turnout::numeric
