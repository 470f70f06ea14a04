#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "turnout/game/parameters.h"
#include "turnout/numeric/double_double.h"

/// The one definition of what a policy and a response are worth, for any arithmetic: double for answers,
/// DoubleDouble for differences of nearly equal payoffs. docs/theory.md, sections 1 and 2.
namespace turnout::game {

/// @returns xi = V p - w t, the user's net value of one pass, with a relative error of at most 2^-52 even
///   where V p and w t nearly cancel (Kahan's difference of products).
inline double net_value(double value, double success, double value_of_time, double latency) {
  const double wait = value_of_time * latency;
  const double wait_error = std::fma(-value_of_time, latency, wait);
  return std::fma(value, success, -wait) + wait_error;
}

inline numeric::DoubleDouble net_value(const numeric::DoubleDouble& value, const numeric::DoubleDouble& success,
                                       const numeric::DoubleDouble& value_of_time,
                                       const numeric::DoubleDouble& latency) {
  return value * success - value_of_time * latency;
}

/// The numbers of one model as the formulas need them.
template <class Real>
struct PassValues {
  Real success;    ///< p
  Real failure;    ///< b = 1 - p
  Real latency;    ///< t
  Real cost;       ///< c
  Real net_value;  ///< xi = V p - w t
};

/// The numbers of a game in the arithmetic Real.
template <class Real>
struct Primitives {
  Real value_of_time;
  Real churn_penalty;
  std::array<PassValues<Real>, Game::kModels> model;

  explicit Primitives(const Game& game) : value_of_time(game.value_of_time()), churn_penalty(game.churn_penalty()) {
    for (std::size_t k = 0; k < Game::kModels; ++k) {
      const Model& m = game.model(k);
      const Real success(m.success);
      model[k] = {success, Real(1.0) - success, Real(m.latency), Real(m.cost),
                  turnout::game::net_value(Real(game.value()), success, value_of_time, Real(m.latency))};
    }
  }
};

/// Expected number of passes on each model, n_k.
template <class Real>
using Visits = std::array<Real, Game::kModels>;

/// @returns n1 = 1/D1, n2 = b1 s a / (D1 D2) from M1, and (0, 1/D2) from M2, with a = 1 - q,
///   D1 = p1 + b1 (s + q (1-s)), D2 = p2 + b2 q: sums of non-negative terms, nothing cancels. Equation (4).
/// @param start    0 or 1, the model of the first pass
/// @param cascade  s, probability that a re-prompt after a failure on M1 goes to M2, in [0, 1]
/// @param abandon  q, probability that the user leaves after a failure, in [0, 1]
template <class Real>
Visits<Real> expected_visits(const Primitives<Real>& game, std::size_t start, const Real& cascade,
                             const Real& abandon) {
  const auto& [first, second] = game.model;
  const Real on_second = Real(1.0) / (second.success + second.failure * abandon);
  if (start == 1) return {Real(0.0), on_second};
  const Real stay_on_first = first.success + first.failure * (cascade + abandon * (Real(1.0) - cascade));
  const Real on_first = Real(1.0) / stay_on_first;
  return {on_first, first.failure * cascade * (Real(1.0) - abandon) * on_first * on_second};
}

/// What one task comes to, in expectation.
template <class Real>
struct Payoffs {
  Real provider_cost;  ///< J = C + P (1 - S), provider minimises
  Real user_utility;   ///< U = V S - w L = sum of xi_k n_k, user maximises
  Real success;        ///< S, probability that the task ends solved
  Real unsolved;       ///< 1 - S, computed without cancellation
  Real latency;        ///< L
  Real service_cost;   ///< C
};

/// @returns the payoffs that are linear in the visits. Equations (1) to (3).
///   All but user_utility are sums of terms of one sign (for costs >= 0): relative error below 10 * 2^-53.
///   user_utility carries the cancellation of sum xi_k n_k; equilibria correct it, see equilibrium.cpp.
template <class Real>
Payoffs<Real> payoffs(const Primitives<Real>& game, const Visits<Real>& visits, const Real& abandon) {
  Payoffs<Real> total{Real(0.0), Real(0.0), Real(0.0), Real(0.0), Real(0.0), Real(0.0)};
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const PassValues<Real>& m = game.model[k];
    total.user_utility = total.user_utility + m.net_value * visits[k];
    total.success = total.success + m.success * visits[k];
    total.unsolved = total.unsolved + abandon * m.failure * visits[k];
    total.latency = total.latency + m.latency * visits[k];
    total.service_cost = total.service_cost + m.cost * visits[k];
  }
  total.provider_cost = total.service_cost + game.churn_penalty * total.unsolved;
  return total;
}

}  // namespace turnout::game
