#pragma once

#include "turnout/game/parameters.h"

namespace turnout::game {

/// What one pass on a model comes to, in the three numbers that all formulas need: xi (what it is
/// worth to the user), eta (what it costs the provider beyond P) and beta (the probability that the
/// user is there for another). docs/theory.md, section 24.
///
/// A pass ends right with p (1 - fr), accepted and wrong with (1 - p) fa, and else it is rejected:
/// e = p (1 - fr) + (1 - p) fa is accepted. Of those who reject it the share 1 - rho leaves whatever
/// is promised. The paper's user has rho = 1, fa = fr = 0: beta = 1 - p, eps = p.
struct PassTerms {
  double solved = 1;    ///< p (1 - fr), the task ends solved
  double ends = 1;      ///< eps = 1 - beta = e + (1 - rho) (1 - e), the task ends
  double goes_on = 0;   ///< beta = rho (1 - e), the user may go on
  double unsolved = 0;  ///< (1 - p) fa + (1 - rho) (1 - e), it ends unsolved
  /// xi by which the user decides, (V - v0) v - w t - r, exactly 0 if the terms agree to two units in
  /// the last place. v is `solved` if he is calibrated, e if he is naive.
  double net_value = 0;
  /// xi as he gets it: (V - v0) p (1 - fr) - (H + v0) (1 - p) fa - w t - r.
  double worth = 0;
  double service = 0;  ///< c - r
  /// c - r + P (1 - rho) (1 - e) + P_w (1 - p) fa = eta + P eps: what the pass costs the provider by
  /// itself. A user who leaves of his own will costs P beside it.
  double net_cost = 0;
  double latency = 0;  ///< t
};

/// @returns the terms of a pass. Sums of terms of one sign but for net_value and worth; those have a
///   relative error of at most 2^-51 with r = 0 and no errors of judgement.
PassTerms pass_terms(const User& user, const Provider& provider, const Model& model);

/// @returns the share of passes whose answer is accepted, right or wrong: e.
double accepted_share(const Model& model);

}  // namespace turnout::game
