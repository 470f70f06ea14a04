#pragma once

#include "turnout/game/equilibrium.h"

namespace turnout::game {

/// How far the provider's optimum is from what the user would choose. Proposition 1;
/// docs/theory.md, section 5.
struct Misalignment {
  Candidate preferred;  ///< the user's best route with his best response to it; always a static one
  double gap = 0;       ///< Delta_U = U_pref - U(provider's optimum) >= 0, in V's unit
  double saving = 0;    ///< what the provider saves by not serving the preferred route, >= 0
};

/// @returns U_pref = max xi_k/p_k if some xi_k > 0, else max xi_k (equation 12), over all (i, s)
///   and responses, and the gap to the equilibrium. With both models value-dominated the gap is |w
///   t1/p1 - w t2/p2| if the rankings by c/p and by t/p disagree, else 0. Of routes equally good
///   for the user, the one cheapest for the provider.
/// Gap and saving have a relative error below 1e-12. Total.
Misalignment misalignment(const Game& game, const Equilibrium& equilibrium);

}  // namespace turnout::game
