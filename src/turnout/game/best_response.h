#pragma once

#include <cstddef>
#include <optional>

#include "turnout/game/payoffs.h"

/// The user's side: when to leave, given the posted policy. Theorems 1 and 2; docs/theory.md, section 3.
namespace turnout::game {

/// A routing policy (i, s).
struct Policy {
  std::size_t start = 0;  ///< 0: the first pass goes to M1, 1: to M2
  double cascade = 0;     ///< s in [0, 1]: share of re-prompts after a failure on M1 that go to M2, for good
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// @returns the sign of xi_k: +1 value-dominated, -1 latency-dominated, 0 if V p and w t agree to two units in
///   the last place, which decimal input such as V = 10, p = 0.3, t = 3 cannot tell from equality.
int value_sign(const Game& game, const Primitives<double>& primitives, std::size_t k);

/// @returns s0 = -xi1 / (xi2/p2 - xi1), for xi1 < 0 <= xi2: the user stays on M1 iff s > s0, and is
///   indifferent between leaving and staying at s0. Equation (6). Nothing cancels.
template <class Real>
Real stay_threshold(const Primitives<Real>& game) {
  const Real reluctance = -game.model[0].net_value;
  return reluctance / (game.model[1].net_value / game.model[1].success + reluctance);
}

/// @returns sL, for xi1 > 0 > xi2: the user never leaves for s <= sL. Equation (8), in the form
///   2y / (A + y + sqrt((A + y)^2 + 4 y b1 b2)), y = p2^2 xi1/(-xi2), A = p1 + b1 p2: nothing cancels.
template <class Real>
Real patience_limit(const Primitives<Real>& game) {
  using std::sqrt;
  const auto& [first, second] = game.model;
  Real y = second.success * second.success * (first.net_value / -second.net_value);
  if (Real(1e100) < y) y = Real(1e100);  // the limit is 1 to the last digit long before
  const Real sum = first.success + first.failure * second.success + y;
  return Real(2.0) * y / (sum + sqrt(sum * sum + Real(4.0) * y * first.failure * second.failure));
}

/// The values of s at which the response to (1, s) changes its form; absent where the regime has none.
struct Thresholds {
  std::optional<double> stay;      ///< s0: stays above (xi1 < 0 < xi2)
  std::optional<double> patience;  ///< sL: stays up to here (xi1 > 0 > xi2)
  std::optional<double> leave;     ///< sH: leaves from here on (xi1 > 0 > xi2)
};

Thresholds thresholds(const Game& game);

/// The user's best response to a policy.
struct Response {
  double abandon = 0;        ///< q* in [0, 1]
  bool indifferent = false;  ///< another q, always staying or always leaving, is just as good for the user
};

/// @returns q* for any policy; where the user is indifferent, the q that costs the provider least.
/// Total; O(1). Between sL and sH q* solves the first-order condition (7) in its stable form; its absolute error
/// is a few 2^-53.
Response best_response(const Game& game, const Policy& policy);

/// @returns what the policy is worth to both sides if the user leaves with probability `abandon`.
Payoffs<double> evaluate(const Game& game, const Policy& policy, double abandon);

}  // namespace turnout::game
