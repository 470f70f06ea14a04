#pragma once

#include "turnout/base/rng.h"
#include "turnout/estimation/log_estimate.h"
#include "turnout/estimation/path_table.h"

namespace turnout::estimation {

/// Fills value, value_sigma and patience of `result`, whose models are known already, from who
/// stays after failures (value_fit.h): identified where waits differ and users of all kinds are
/// seen, a range where not, assumed without feedback on later attempts. docs/theory.md, section 20.
void estimate_value(const PathTable& table, const EstimateOptions& options, base::Rng& rng,
                    LogEstimate& result);

}  // namespace turnout::estimation
