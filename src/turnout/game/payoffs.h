#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "turnout/game/pass_terms.h"

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

/// What one pass comes to in the paper's game, where the user goes on until the task is solved or he
/// leaves of his own will: no more numbers than lanes of games need. Names as in PassTermsIn.
template <class Real>
struct PaperPass {
  Real ends;       ///< eps = p
  Real goes_on;    ///< beta = 1 - p
  Real latency;    ///< t
  Real spent;      ///< w t
  Real net_cost;   ///< c
  Real net_value;  ///< xi = V p - w t
};

template <class Real>
PaperPass<Real> paper_pass(const Real& success, const Real& latency, const Real& value_of_time,
                           const Real& cost, const Real& net_value) {
  return {success, Real(1.0) - success, latency, value_of_time * latency, cost, net_value};
}

// What a pass is made of where the paper's game needs one number for two of the fuller game's.
template <class Real>
const Real& solved_by(const PaperPass<Real>& pass) {
  return pass.ends;
}
template <class Real>
const Real& solved_by(const PassTermsIn<Real>& pass) {
  return pass.solved;
}
template <class Real>
const Real& worth_of(const PaperPass<Real>& pass) {
  return pass.net_value;
}
template <class Real>
const Real& worth_of(const PassTermsIn<Real>& pass) {
  return pass.worth;
}
template <class Real>
const Real& service_of(const PaperPass<Real>& pass) {
  return pass.net_cost;
}
template <class Real>
const Real& service_of(const PassTermsIn<Real>& pass) {
  return pass.service;
}
/// `left` and what else ends unsolved in so many visits: nothing, in the paper's game.
template <class Real>
const Real& with_own_losses(const PaperPass<Real>& /*pass*/, const Real& /*visits*/,
                            const Real& left) {
  return left;
}
template <class Real>
Real with_own_losses(const PassTermsIn<Real>& pass, const Real& visits, const Real& left) {
  return pass.unsolved * visits + left;
}

/// The numbers of a game in the arithmetic Real; Pass is PassTermsIn or, for games of the paper in
/// lanes, PaperPass.
template <class Real, class Pass = PassTermsIn<Real>>
struct Primitives {
  Real churn_penalty;  ///< P, what a user costs who leaves of his own will
  std::array<Pass, Game::kModels> model;

  explicit Primitives(const Game& game)
      : churn_penalty(game.churn_penalty()),
        model{pass_terms_in<Real>(game.user(), game.provider(), game.model(0)),
              pass_terms_in<Real>(game.user(), game.provider(), game.model(1))} {}
  explicit Primitives(const Real& penalty) : churn_penalty(penalty) {}
};

template <class Real>
using PaperPrimitives = Primitives<Real, PaperPass<Real>>;

/// Expected number of passes on each model, n_k.
template <class Real>
using Visits = std::array<Real, Game::kModels>;

/// @returns 1/D2, D2 = eps + beta q: the passes on a model that keeps the task, a sum of terms of one
///   sign.
template <class Real, class Pass>
Real passes_until_end(const Pass& model, const Real& abandon) {
  return Real(1.0) / (model.ends + model.goes_on * abandon);
}

/// @returns the visits of a task that starts on M1; see expected_visits().
/// @param ends       s + q (1-s), probability that a pass on M1 that the task outlasts is its last
/// @param moves      s (1-q), probability that it leads to M2
/// @param on_second  passes_until_end() of M2
template <class Real, class Pass>
Visits<Real> visits_from_first(const Primitives<Real, Pass>& game, const Real& ends,
                               const Real& moves, const Real& on_second) {
  const Pass& first = game.model[0];
  const Real on_first = Real(1.0) / (first.ends + first.goes_on * ends);
  return {on_first, first.goes_on * moves * on_first * on_second};
}

/// @returns n1 = 1/D1, n2 = beta1 s a / (D1 D2) from M1, and (0, 1/D2) from M2, with a = 1 - q, D1 =
///   eps1 + beta1 (s + q (1-s)), D2 = eps2 + beta2 q: sums of non-negative terms, nothing cancels.
///   Equation (4).
/// @param start    0 or 1, the model of the first pass
/// @param cascade  s, probability that a re-prompt after M1 goes to M2, in [0, 1]
/// @param abandon  q, probability that the user leaves of his own will where he could go on, in [0,
///   1]
template <class Real, class Pass>
Visits<Real> expected_visits(const Primitives<Real, Pass>& game, std::size_t start,
                             const Real& cascade, const Real& abandon) {
  const Real on_second = passes_until_end(game.model[1], abandon);
  if (start == 1) return {Real(0.0), on_second};
  return visits_from_first(game, cascade + abandon * (Real(1.0) - cascade),
                           cascade * (Real(1.0) - abandon), on_second);
}

/// What one task comes to, in expectation.
template <class Real>
struct Payoffs {
  Real provider_cost;  ///< J = C + P (1 - S), or with P_w for accepted errors; provider minimises
  Real user_utility;   ///< U = (V - v0) S - `spent`, above v0; user maximises, as far as he knows
  Real success;        ///< S, probability that the task ends solved
  Real unsolved;       ///< 1 - S, computed without cancellation
  Real latency;        ///< L
  Real service_cost;   ///< C, prices subtracted
  Real spent = 0.0;    ///< w L, prices, and what accepted errors cost the user
};

/// @returns the tasks that end because the user leaves of his own will after a pass on this model.
template <class Real, class Pass>
Real left_after(const Pass& model, const Real& visits, const Real& abandon) {
  return abandon * model.goes_on * visits;
}

/// @returns what `visits` passes on one model come to, if the user leaves with probability
///   `abandon` after each where he could go on; provider_cost without P for those who leave so, see
///   payoffs().
template <class Real, class Pass>
Payoffs<Real> payoffs_on(const Pass& model, const Real& visits, const Real& abandon) {
  return {
      model.net_cost * visits,   worth_of(model) * visits,
      solved_by(model) * visits, with_own_losses(model, visits, left_after(model, visits, abandon)),
      model.latency * visits,    service_of(model) * visits,
      model.spent * visits};
}

/// @returns the payoffs that are linear in the visits. Equations (1) to (3). All but user_utility
///   are sums of terms of one sign (for c >= r): relative error below 10 * 2^-53. user_utility
///   carries the cancellation of the sum of worths; equilibria correct it, see equilibrium.cpp.
template <class Real, class Pass>
Payoffs<Real> payoffs(const Primitives<Real, Pass>& game, const Visits<Real>& visits,
                      const Real& abandon) {
  const auto& [one, two] = game.model;
  const auto first = payoffs_on(one, visits[0], abandon);
  const auto second = payoffs_on(two, visits[1], abandon);
  const Real left = left_after(one, visits[0], abandon) + left_after(two, visits[1], abandon);
  return {first.provider_cost + second.provider_cost + game.churn_penalty * left,
          first.user_utility + second.user_utility,
          first.success + second.success,
          first.unsolved + second.unsolved,
          first.latency + second.latency,
          first.service_cost + second.service_cost,
          first.spent + second.spent};
}

}  // namespace turnout::game
