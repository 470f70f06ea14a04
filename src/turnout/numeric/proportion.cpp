#include "turnout/numeric/proportion.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace turnout::numeric {

Proportion proportion(std::size_t hits, std::size_t trials) {
  assert(hits <= trials);
  if (trials == 0) return {};
  constexpr double kZ = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(hits) / n;
  const double shrink = 1 / (1 + kZ * kZ / n);
  const double middle = (share + kZ * kZ / (2 * n)) * shrink;
  const double half = kZ * shrink * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  return {share, hits == 0 ? 0 : std::max(0.0, middle - half), hits == trials ? 1 : std::min(1.0, middle + half)};
}

}  // namespace turnout::numeric
