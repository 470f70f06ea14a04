#pragma once

#include <cstddef>

#include "turnout/numeric/interval.h"

namespace turnout::numeric {

/// @returns hits/trials with Wilson's 95 % score interval (Wilson 1927), which keeps its coverage
///   near 0 and 1. With no trials the share is 0 and the interval is [0, 1].
/// @param hits  0 <= hits <= trials
Interval proportion(std::size_t hits, std::size_t trials);

}  // namespace turnout::numeric
