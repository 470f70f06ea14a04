#pragma once

#include <cstddef>

namespace turnout::numeric {

/// A share estimated from independent trials, with an interval.
struct Proportion {
  double share = 0;
  double low = 0;
  double high = 1;
};

/// @returns hits/trials with Wilson's 95 % score interval (Wilson 1927), which keeps its coverage
///   near 0 and 1. With no trials the share is 0 and the interval is [0, 1].
/// @param hits  0 <= hits <= trials
Proportion proportion(std::size_t hits, std::size_t trials);

}  // namespace turnout::numeric
