#pragma once

#include <optional>

#include "turnout/game/best_response.h"

/// The theorems as docs/theory.md states them (sections 3 to 6), written down without the engine
/// and without care for rounding, so that the engine and the theorems can be judged apart. The
/// paper's own statements were not available: s0 and the routing by cost-of-pass stand in its
/// summary; sL, sH, the penalty thresholds of Theorems 3 to 5 and the closed forms of Proposition 1
/// are reconstructed. xi1, xi2 != 0 throughout.
namespace turnout::verification {

/// xi_k, r_k = c_k/p_k, b_k = 1 - p_k.
struct Symbols {
  double xi1, xi2, r1, r2, b1, b2;
  explicit Symbols(const game::Game& game);
};

enum class Signs { kBothValue, kBothLatency, kLatencyValue, kValueLatency };
Signs signs(const game::Game& game);

/// @returns whether a game has these signs, as a condition on games.
inline auto has(Signs wanted) {
  return [wanted](const game::Game& game) { return signs(game) == wanted; };
}

/// Thresholds of the user's response, equations (6) and (8) of docs/theory.md and sH beside them.
double stated_s0(const game::Game& game);
double stated_sl(const game::Game& game);
double stated_sh(const game::Game& game);

/// Theorems 1 and 2: the user's response to (i, s).
double stated_response(const game::Game& game, const game::Policy& policy);

/// A policy with its response and cost.
struct StatedOptimum {
  game::Policy policy;
  double abandon;
  double cost;
};

/// Theorems 3 to 5: the provider's optimum.
StatedOptimum stated_optimum(const game::Game& game);

/// J of (1, s) when the user stays: (c1 + b1 s r2) / (p1 + b1 s).
double stated_staying_cost(const game::Game& game, double s);

/// Proposition 1: U_pref.
double stated_preferred_utility(const game::Game& game);

}  // namespace turnout::verification
