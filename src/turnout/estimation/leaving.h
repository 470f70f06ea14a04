#pragma once

#include "turnout/base/rng.h"
#include "turnout/estimation/log_estimate.h"

/// What an unsolved task costs in users who never come back. docs/theory.md, section 19.
namespace turnout::estimation {

/// @returns the probability of leaving for good after an unsolved task beyond that after a solved
///   one, told by tasks with feedback: bounded by 0 and 1 where fewer than kLeastFeedback of either
///   kind are told, assumed 0 without any. Interval: Beta posteriors under Jeffreys' prior.
/// @param draws  of the posterior
Figure extra_leaving(const ReturnCounts& returns, int draws, base::Rng& rng);

/// @returns P = LTV x extra leaving, not below 0. Equation of docs/theory.md, section 19.
/// @param lifetime_value  dollars, >= 0
Figure churn_penalty(const Figure& extra_leaving, double lifetime_value);

}  // namespace turnout::estimation
