#pragma once

#include <vector>

#include "turnout/estimation/log_estimate.h"

namespace turnout::estimation {

/// @returns for each model whether its re-prompts and its latency stayed what they were: Pearson's
///   chi-square of shares, and that of means between slices over the variance within, over at most
///   ten slices of the log with about as many passes. docs/theory.md, section 19. Rejected at 5 %
///   over all of them (Bonferroni). Nothing for a model without two slices of kLeastPasses first
///   attempts each. Total.
std::vector<AssumptionTest> test_stationarity(const LogStatistics& statistics);

}  // namespace turnout::estimation
