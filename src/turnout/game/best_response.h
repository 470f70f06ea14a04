#pragma once

#include <cstddef>
#include <optional>

#include "turnout/game/payoffs.h"

/// The user's side: when to leave, given the posted policy. Theorems 1 and 2; docs/theory.md,
/// section 3.
namespace turnout::game {

/// A routing policy (i, s).
struct Policy {
  std::size_t start = 0;  ///< 0: the first pass goes to M1, 1: to M2
  double cascade =
      0;  ///< s in [0, 1]: share of re-prompts after a failure on M1 that go to M2, for good
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// @returns the sign of the xi by which the user decides: +1 value-dominated, -1 latency-dominated,
///   0 if what a pass gives and what it takes agree to two units in the last place, which decimal
///   input such as V = 10, p = 0.3, t = 3 cannot tell from equality.
inline int value_sign(const Primitives<double>& game, std::size_t k) {
  const double xi = game.model[k].net_value;
  return xi > 0 ? 1 : (xi < 0 ? -1 : 0);
}

/// A quotient whose division waits, so that lanes of games can share one.
template <class Real>
struct Quotient {
  Real numerator, denominator;
  [[nodiscard]] Real value() const { return numerator / denominator; }
};

/// @returns s0 = xi1 eps2 / (xi1 eps2 - xi2), for xi1 < 0 <= xi2: the user stays on M1 iff s > s0,
///   and is indifferent between leaving and staying at s0. Equation (6). Nothing cancels.
template <class Real, class Pass>
Quotient<Real> stay_threshold(const Primitives<Real, Pass>& game) {
  const Real reluctance = game.model[0].net_value * game.model[1].ends;  // below 0
  return {reluctance, reluctance - game.model[1].net_value};
}

/// @returns sL, for xi1 > 0 > xi2: the user never leaves for s <= sL. Equation (8), in the form 2z
///   / (A m + z + sqrt((A m + z)^2 + 4 z m beta1 beta2)), z = eps2^2 xi1, m = -xi2, A = eps1 + beta1
///   eps2: nothing cancels.
/// @param first_net, second_net  xi1 and xi2, both times a number that keeps their squares in a
///   double's range
template <class Real, class Pass>
Quotient<Real> patience_limit(const Primitives<Real, Pass>& game, const Real& first_net,
                              const Real& second_net) {
  using std::sqrt;
  const auto& [first, second] = game.model;
  const Real z = second.ends * second.ends * first_net;
  const Real sum = z - (first.ends + first.goes_on * second.ends) * second_net;  // xi2 is below 0
  return {Real(2.0) * z,
          sum + sqrt(sum * sum - Real(4.0) * z * second_net * first.goes_on * second.goes_on)};
}

/// xi1 - xi2 from which and up to which patience_limit() may be given xi1 and xi2 as they are.
inline constexpr double kLeastUnscaled = 1e-100;
inline constexpr double kMostUnscaled = 1e100;

/// The same for any xi, scaled by a power of two where needed.
template <class Real, class Pass>
Quotient<Real> patience_limit(const Primitives<Real, Pass>& game) {
  const Real& first = game.model[0].net_value;
  const Real& second = game.model[1].net_value;
  const Real size = first - second;
  const Real scale = select(Real(kMostUnscaled) < size, Real(0x1p-400),
                            select(size < Real(kLeastUnscaled), Real(0x1p400), Real(1.0)));
  return patience_limit(game, first * scale, second * scale);
}

/// The values of s at which the response to (1, s) changes its form; absent where the regime has
/// none.
struct Thresholds {
  std::optional<double> stay;      ///< s0: stays above (xi1 < 0 < xi2)
  std::optional<double> patience;  ///< sL: stays up to here (xi1 > 0 > xi2)
  std::optional<double> leave;     ///< sH: leaves from here on (xi1 > 0 > xi2)
};

Thresholds thresholds(const Game& game);

/// The user's best response to a policy.
struct Response {
  double abandon = 0;  ///< q* in [0, 1]
  bool indifferent =
      false;  ///< another q, always staying or always leaving, is just as good for the user
};

/// @returns q* for any policy by the xi that the user believes in; where he is indifferent, the q
/// that costs the provider least.
/// Total; O(1). Between sL and sH q* solves the first-order condition (7) in its stable form; its
/// absolute error is a few 2^-53.
Response best_response(const Game& game, const Policy& policy);

/// @returns what the policy is worth to both sides if the user leaves with probability `abandon`.
Payoffs<double> evaluate(const Game& game, const Policy& policy, double abandon);

}  // namespace turnout::game
