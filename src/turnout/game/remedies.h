#pragma once

#include <optional>

#include "turnout/game/misalignment.h"
#include "turnout/game/throttling.h"
#include "turnout/numeric/lines.h"

/// What the paper suggests against misalignment and throttling. docs/theory.md, section 7.
namespace turnout::game {

/// Opt-out routing: the user may pin a model instead of being routed, so every policy must give him
/// at least the best static utility, which is U_pref. What the provider then does, and what that
/// costs. A naive user pins what he believes to be best.
struct OptOut {
  Candidate best;    ///< the provider's best policy under the constraint
  double price = 0;  ///< J(best) - J*, what opt-out costs the provider, >= 0
  /// Delta_U under opt-out; 0, since the constraint is U >= U_pref, but for what a naive user errs.
  double remaining_gap = 0;
  /// Throttling gain left if pinned models are served at their own latency: 0, since a throttled
  /// user pins.
  double gain_if_pins_are_fast = 0;
  /// Throttling gain left if the provider may slow pinned models too: then opt-out rules out only
  /// cascades.
  double gain_if_pins_are_slowed = 0;
};

OptOut opt_out(const Game& game, const Equilibrium& equilibrium);

/// @returns the smallest P from which on throttling never pays, all else equal: min c_k/p_k with
///   both models value-dominated, whatever the users' patience: with prices and errors of judgement
///   the P for which eta_k = 0. 0 if it never pays. Relative error below 1e-12.
double penalty_floor(const Game& game, const Equilibrium& equilibrium);
/// The same; needs and computes an equilibrium in one regime only, latency-value, or where the user
/// is indifferent.
double penalty_floor(const Game& game);

/// @returns the P >= 0 for which the user's preferred route is a provider's optimum, all else
///   equal; empty if no P makes it one. Costs are linear in P, J = C + P (1 - S), also with
///   impatience and errors of judgement; which candidates exist does not depend on P.
numeric::Range aligning_penalties(const Game& game, const Equilibrium& equilibrium);

}  // namespace turnout::game
