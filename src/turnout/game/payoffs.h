#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "turnout/game/parameters.h"
#include "turnout/numeric/double_double.h"

/// The one definition of what a policy and a response are worth, for any arithmetic: double for
/// answers, DoubleDouble for differences of nearly equal payoffs. docs/theory.md, sections 1 and 2.
namespace turnout::game {

/// @returns where the condition holds the first, else the second. For lanes of numbers there is one
///   of their own, found by their type.
inline double select(bool condition, double yes, double no) { return condition ? yes : no; }
inline numeric::DoubleDouble select(bool condition, const numeric::DoubleDouble& yes,
                                    const numeric::DoubleDouble& no) {
  return condition ? yes : no;
}

/// @returns xi = V p - w t, the user's net value of one pass, with a relative error of at most
///   2^-52 even where V p and w t nearly cancel (Kahan's difference of products).
template <class Real>
Real net_value(const Real& value, const Real& success, const Real& value_of_time,
               const Real& latency) {
  using std::fma;
  const Real wait = value_of_time * latency;
  const Real wait_error = fma(-value_of_time, latency, wait);
  return fma(value, success, -wait) + wait_error;
}

/// @returns the same for w = 1, with the same bits.
template <class Real>
Real net_value(const Real& value, const Real& success, const Real& latency) {
  using std::fma;
  return fma(value, success, -latency);
}

inline numeric::DoubleDouble net_value(const numeric::DoubleDouble& value,
                                       const numeric::DoubleDouble& success,
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

  explicit Primitives(const Game& game)
      : value_of_time(game.value_of_time()), churn_penalty(game.churn_penalty()) {
    for (std::size_t k = 0; k < Game::kModels; ++k) {
      const Model& m = game.model(k);
      set_model(k, Real(m.success), Real(m.latency), Real(m.cost),
                turnout::game::net_value(Real(game.value()), Real(m.success), value_of_time,
                                         Real(m.latency)));
    }
  }
  Primitives(const Real& time, const Real& penalty) : value_of_time(time), churn_penalty(penalty) {}

  void set_model(std::size_t k, const Real& success, const Real& latency, const Real& cost,
                 const Real& net_value) {
    model[k] = {success, Real(1.0) - success, latency, cost, net_value};
  }
};

/// Expected number of passes on each model, n_k.
template <class Real>
using Visits = std::array<Real, Game::kModels>;

/// @returns 1/D2, D2 = p + b q: the passes on a model that keeps the task, a sum of terms of one
///   sign.
template <class Real>
Real passes_until_end(const PassValues<Real>& model, const Real& abandon) {
  return Real(1.0) / (model.success + model.failure * abandon);
}

/// @returns the visits of a task that starts on M1; see expected_visits().
/// @param ends       s + q (1-s), probability that a failure on M1 is its last
/// @param moves      s (1-q), probability that it leads to M2
/// @param on_second  passes_until_end() of M2
template <class Real>
Visits<Real> visits_from_first(const Primitives<Real>& game, const Real& ends, const Real& moves,
                               const Real& on_second) {
  const PassValues<Real>& first = game.model[0];
  const Real on_first = Real(1.0) / (first.success + first.failure * ends);
  return {on_first, first.failure * moves * on_first * on_second};
}

/// @returns n1 = 1/D1, n2 = b1 s a / (D1 D2) from M1, and (0, 1/D2) from M2, with a = 1 - q, D1 =
///   p1 + b1 (s + q (1-s)), D2 = p2 + b2 q: sums of non-negative terms, nothing cancels. Equation
///   (4).
/// @param start    0 or 1, the model of the first pass
/// @param cascade  s, probability that a re-prompt after a failure on M1 goes to M2, in [0, 1]
/// @param abandon  q, probability that the user leaves after a failure, in [0, 1]
template <class Real>
Visits<Real> expected_visits(const Primitives<Real>& game, std::size_t start, const Real& cascade,
                             const Real& abandon) {
  const Real on_second = passes_until_end(game.model[1], abandon);
  if (start == 1) return {Real(0.0), on_second};
  return visits_from_first(game, cascade + abandon * (Real(1.0) - cascade),
                           cascade * (Real(1.0) - abandon), on_second);
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

/// @returns what `visits` passes on one model come to, if the user leaves with probability
///   `abandon` after each that fails; provider_cost without the penalty, see payoffs().
template <class Real>
Payoffs<Real> payoffs_on(const PassValues<Real>& model, const Real& visits, const Real& abandon) {
  const Real service_cost = model.cost * visits;
  return {service_cost,           model.net_value * visits,
          model.success * visits, abandon * model.failure * visits,
          model.latency * visits, service_cost};
}

/// @returns the payoffs that are linear in the visits. Equations (1) to (3). All but user_utility
///   are sums of terms of one sign (for costs >= 0): relative error below 10 * 2^-53. user_utility
///   carries the cancellation of sum xi_k n_k; equilibria correct it, see equilibrium.cpp.
template <class Real>
Payoffs<Real> payoffs(const Primitives<Real>& game, const Visits<Real>& visits,
                      const Real& abandon) {
  const auto first = payoffs_on(game.model[0], visits[0], abandon);
  const auto second = payoffs_on(game.model[1], visits[1], abandon);
  const Real unsolved = first.unsolved + second.unsolved;
  const Real service_cost = first.service_cost + second.service_cost;
  return {service_cost + game.churn_penalty * unsolved,
          first.user_utility + second.user_utility,
          first.success + second.success,
          unsolved,
          first.latency + second.latency,
          service_cost};
}

}  // namespace turnout::game
