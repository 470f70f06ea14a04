#pragma once

#include "turnout/base/cancellation.h"
#include "turnout/estimation/difficulty_fit.h"
#include "turnout/estimation/retry_evidence.h"

namespace turnout::estimation {

/// @returns sigma, tau and feedback by maximum likelihood (binomial) of second tries after a failed
///   first one, of the same model and of another one; skills from the first tries. docs/theory.md,
///   section 15. Without tries of the same model tau is not told: it is 0 (Told::kNoTau). Intervals
///   as fit_retries() has them. Each of the `models` of the result is a pair.
/// @param evidence  of a table with second_model
/// Total. Searched in [0, kWidestSigma] and [-kMostFeedback, kMostFeedback]. Cost: some thousand sums over
/// 5,000 nodes for each model: seconds for ten models.
DifficultyFit fit_second_tries(const RetryEvidence& evidence,
                               const base::Cancellation& cancellation = {});

}  // namespace turnout::estimation
