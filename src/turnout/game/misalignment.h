#pragma once

#include "turnout/game/equilibrium.h"

namespace turnout::game {

/// How far the provider's optimum is from what is best for the user. Proposition 1; docs/theory.md,
/// section 5. A naive user may not know what is best for him: `preferred` is judged by what he gets,
/// so that the gap is what the provider's choice and his own error cost him together.
struct Misalignment {
  Candidate
      preferred;   ///< the user's best route, left or stayed on as is best; always a static one
  double gap = 0;  ///< Delta_U = U_pref - U(provider's optimum) >= 0, in V's unit
  /// J(preferred) - J*, what the provider saves by not serving the preferred route; 0 where a naive
  /// user would not play that route so and it would be the cheaper one.
  double saving = 0;
};

/// @returns U_pref = max xi_k/eps_k if some xi_k > 0, else max xi_k (equation 12), by the true worth
///   of a pass, over all (i, s) and ways to leave, and the gap to the equilibrium. In the paper's
///   game with both models value-dominated the gap is |w t1/p1 - w t2/p2| if the rankings by c/p and
///   by t/p disagree, else 0. Of routes equally good for the user, the one cheapest for the
///   provider.
/// Gap and saving have a relative error below 1e-12. Total.
Misalignment misalignment(const Game& game, const Equilibrium& equilibrium);

}  // namespace turnout::game
