#pragma once

#include <string>
#include <vector>

#include "turnout/scenario/uncertainty.h"

namespace turnout::report {

/// @returns what is known of each number, a line each: "  p1: 39 successes in 225 trials".
std::string uncertain_text(const std::vector<scenario::Uncertainty>& uncertain);

}  // namespace turnout::report
