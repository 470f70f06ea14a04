#pragma once

#include "turnout/game/best_response.h"

namespace turnout::verification {

/// What a policy and a response come to on the Markov chain of a task.
struct ChainPayoffs {
  double provider_cost = 0;
  double user_utility = 0;      ///< what the user gets, above what leaving at once gives him
  double expected_utility = 0;  ///< the same as he believes: a naive user knows of no wrong answer
  double success = 0;
  double mistaken = 0;       ///< probability that a wrong answer is accepted
  double cost_variance = 0;  ///< variance of the provider's cost of one task
};

/// @returns the payoffs from the chain itself: the states are the models, the expected passes solve
///   (I - T') n = e_start, and a task ends solved, mistaken or left, each a flow out of the states
///   with its own reward. No formula of the engine is used.
ChainPayoffs chain_payoffs(const game::Game& game, const game::Policy& policy, double abandon);

}  // namespace turnout::verification
