#pragma once

#include <optional>

#include "turnout/game/best_response.h"

namespace turnout::game {

/// A policy (1, s) with sL < s < sH and the user's mixed response to it.
struct MixedPlay {
  double cascade = 0;  ///< s
  double abandon = 0;  ///< q in (0, 1)
};

/// @returns the policy with the least provider cost among those that the user answers with a mixed
///   response, if it lies inside the mixed interval and not at its ends. For xi1 > 0 > xi2.
/// With eps1 <= eps2 (the paper: p1 <= p2) such a policy is never the equilibrium (support theorem,
/// docs/theory.md, section 4), so the solver asks only when eps1 > eps2, which the paper's ordering
/// excludes: there it can be, a finding of our brute force. Method: along the first-order condition (7) the cost is a smooth
/// function of a = 1 - q; its derivative is scanned at 64 points and its first upward crossing
/// bisected to 2^-52 in a. That the cost has at most one interior minimum is observed on random
/// games (MixedResponse test), not proved. Cost: about 120 evaluations, a few microseconds.
std::optional<MixedPlay> cheapest_mixed_play(const Primitives<double>& game);

/// @returns the s for which the user's best response is to stay with probability a; a in [0, 1];
///   xi1 > 0 > xi2.
/// The inverse of staying_share: s = 2 d^2 / (Q + sqrt(Q^2 + 4 m b d^2)), with d = 1 - beta2 a,
/// b = beta1 beta2 a^2, m = -xi2/xi1, Q = m (1 - b) + d^2. Nothing cancels.
double cascade_that_keeps(const Primitives<double>& game, double staying);

}  // namespace turnout::game
