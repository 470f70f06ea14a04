#pragma once

#include "turnout/game/equilibrium.h"

/// The games count U above v0, what users get elsewhere who leave. Answers count all that they get.
namespace turnout::analysis {

/// Adds v0 to what users get.
template <class Payoffs>
void add_outside(Payoffs& payoffs, double outside) {
  payoffs.user_utility += outside;
}

/// Adds v0 to what users get by each candidate.
inline void add_outside(game::Equilibrium& equilibrium, double outside) {
  for (game::Candidate& c : equilibrium.candidates()) add_outside(c.payoffs, outside);
}

}  // namespace turnout::analysis
