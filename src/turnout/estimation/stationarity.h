#pragma once

#include <vector>

#include "turnout/estimation/log_estimate.h"

namespace turnout::estimation {

/// @returns for each model whether its re-prompts and its latency stayed what they were:
///   chi-squares over at most ten slices of the log with about as many passes. Rejected at 5 % over
///   all of them (Bonferroni).
std::vector<AssumptionTest> test_stationarity(const LogStatistics& statistics);

}  // namespace turnout::estimation
