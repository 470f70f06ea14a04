#pragma once

#include "turnout/base/cancellation.h"
#include "turnout/estimation/difficulty_fit.h"
#include "turnout/outcomes/retry_counts.h"

namespace turnout::estimation {

/// As wide as a scenario's.
inline constexpr double kWidestSpread = 10;

/// @returns sigma and tau by marginal likelihood of all trials of a task (trials_likelihood.h), skills
///   from the mean rates; docs/theory.md, section 15, has what is told apart. One model's trials tell
///   sigma^2 + tau^2 alone: tau is 0 and sigma the root of that (Told::kSum). One trial of each model
///   tells no tau from luck: it is taken to be 0 (Told::kNoTau). Intervals are where the profile
///   likelihood falls by 1.92 (Wilks 1938), their ends within 1e-3 of themselves.
/// @param counts  some task with at least two trials, of one model or of two
/// Total. Both are searched in [0, kWidestSpread]. Cost: 100 to 300 likelihoods.
DifficultyFit fit_trials(const outcomes::TrialCounts& counts,
                         const base::Cancellation& cancellation = {});

/// @returns sigma and tau alone, without intervals and judgement: a fifth of the cost. No feedback.
/// @param with_tau  false: tau is held at 0
game::Difficulty most_likely(const outcomes::TrialCounts& counts, bool with_tau,
                             const base::Cancellation& cancellation = {});

}  // namespace turnout::estimation
