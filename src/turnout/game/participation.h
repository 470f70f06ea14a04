#pragma once

#include <optional>

#include "turnout/game/best_response.h"

/// Users who may stay away: whether they come for a policy (i, s), and what it is worth that they do
/// not. docs/theory.md, section 24.
namespace turnout::game {

/// @returns what the user believes the policy to be worth to him, above v0, if he leaves with
///   probability `abandon`: U itself if he is calibrated. Rounded up by what its terms' rounding can
///   come to, so that a policy that is worth coming for by a tie is.
double believed_utility(const Game& game, const Policy& policy, double abandon);

/// @returns the least s at which users come for (1, s), for xi1 < 0 < xi2: U(1, s) of a user who
///   stays is 0 there, and s is above s0. Nothing where no s wins them, or every s does.
std::optional<double> entry_share(const PassTerms& first, const PassTerms& second);

/// @returns what a task comes to of a user who stays away: the provider loses him, P; he gets v0,
///   which is 0 above itself.
Payoffs<double> payoffs_of_nobody(double churn_penalty);

}  // namespace turnout::game
