#pragma once

#include <array>
#include <cstddef>

#include "turnout/game/equilibrium.h"

namespace turnout::game {

/// Serving slower than the models could, so that users give up sooner. Proposition 2;
/// docs/theory.md, section 6.
struct Throttling {
  double cost = 0;        ///< J_throttled = min(J*, P + eta_1, P + eta_2)
  double gain = 0;        ///< J* - J_throttled >= 0; throttling pays iff it is > 0
  std::size_t model = 0;  ///< the model to route to and to slow down, if it pays
  /// Served latencies at which the user leaves: the model's own, or for the throttled one (1 +
  /// margin) times that at which xi = 0 (the paper: V p/w), which already works, as a tie.
  std::array<double, Game::kModels> latencies{};
  double user_loss = 0;  ///< U* minus the user's utility under the throttled latencies, in V's unit
};

/// @returns what it comes to if every pass goes to model k and the user leaves after the first
///   pass: J = P + eta_k (the paper: c_k + P b_k).
Candidate leaving(const Game& game, std::size_t k);

/// @param margin  by how much the served latency exceeds the smallest that works, >= 0
/// @returns whether the provider gains by inflating latencies, by how much, and what that does to
///   the user.
/// The provider may serve with any latency >= the model's own; J depends on latency only through
/// the user's response, so the best it can do is to make the user leave after the first pass. The
/// gain has a relative error below 1e-12. Total.
Throttling throttling(const Game& game, const Equilibrium& equilibrium, double margin = 0.01);

}  // namespace turnout::game
