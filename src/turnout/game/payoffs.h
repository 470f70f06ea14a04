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

/// The numbers of one model as the formulas need them. In the paper's game a pass that ends the task
/// has solved it; in general (pass_terms.h) the first two are eps and beta, the cost is what a pass
/// costs by itself, losses to impatience and to errors in it, and every formula for responses, visits
/// and J holds as it stands: J = sum of cost n + P times who leaves of his own will.
template <class Real>
struct PassValues {
  Real success;    ///< p; eps
  Real failure;    ///< b = 1 - p; beta
  Real latency;    ///< t
  Real cost;       ///< c; c - r + P (1 - rho) (1 - e) + P_w (1 - p) fa
  Real net_value;  ///< xi = V p - w t; xi as the user decides
};

/// What a pass comes to beyond that, for what is reported: the same numbers in the paper's game.
template <class Real>
struct PassAccount {
  Real solved{};    ///< the task ends solved
  Real unsolved{};  ///< the task ends unsolved, other than by the user's choice
  Real misled{};    ///< of that by an accepted wrong answer
  Real worth{};     ///< xi as the user gets it
  Real service{};   ///< c - r
};

/// The numbers of a game in the arithmetic Real.
template <class Real>
struct Primitives {
  Real value_of_time;
  Real churn_penalty;
  std::array<PassValues<Real>, Game::kModels> model;
  /// Left empty by the second constructor, for payoffs of the paper's game alone.
  std::array<PassAccount<Real>, Game::kModels> account{};
  Real outside{};         ///< v0
  bool is_papers = true;  ///< Game::is_papers()

  explicit Primitives(const Game& game)
      : value_of_time(game.value_of_time()),
        churn_penalty(game.churn_penalty()),
        outside(game.user().outside),
        is_papers(game.is_papers()) {
    for (std::size_t k = 0; k < Game::kModels; ++k) {
      const Model& m = game.model(k);
      set_model(k, Real(m.success), Real(m.latency), Real(m.cost),
                turnout::game::net_value(Real(game.value()), Real(m.success), value_of_time,
                                         Real(m.latency)));
      account[k] = {model[k].success, Real(0.0), Real(0.0), model[k].net_value, model[k].cost};
    }
    if (is_papers) return;
    for (std::size_t k = 0; k < Game::kModels; ++k) set_general(k, game);
  }
  Primitives(const Real& time, const Real& penalty) : value_of_time(time), churn_penalty(penalty) {}

  void set_model(std::size_t k, const Real& success, const Real& latency, const Real& cost,
                 const Real& net_value) {
    model[k] = {success, Real(1.0) - success, latency, cost, net_value};
  }

 private:
  /// pass_terms() in this arithmetic.
  void set_general(std::size_t k, const Game& game) {
    const Model& m = game.model(k);
    const User& user = game.user();
    const Real one(1.0);
    const Real right(m.success);
    const Real wrong = one - right;
    const Real misled = wrong * Real(m.false_accept);
    const Real solved = right * (one - Real(m.false_reject));
    const Real rejected = right * Real(m.false_reject) + wrong * (one - Real(m.false_accept));
    const Real lost = (one - Real(m.patience)) * rejected;
    const Real late(game.provider().late_churn.value_or(game.churn_penalty()));
    const Real gain = Real(user.value) - outside;
    const auto worth_of = [&](const Real& share) {
      return turnout::game::net_value(gain, share, value_of_time, Real(m.latency)) - Real(m.price);
    };
    const Real worth = worth_of(solved) - (Real(user.harm) + outside) * misled;
    const Real service = Real(m.cost) - Real(m.price);
    model[k] = {solved + misled + lost, Real(m.patience) * rejected, Real(m.latency),
                service + churn_penalty * lost + late * misled,
                user.naive ? worth_of(solved + misled) : worth};
    account[k] = {solved, misled + lost, misled, worth, service};
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
  Real provider_cost;       ///< J = C + P (1 - S), provider minimises
  Real user_utility;        ///< U = V S - w L = sum of xi_k n_k, user maximises
  Real success;             ///< S, probability that the task ends solved
  Real unsolved;            ///< 1 - S, computed without cancellation
  Real latency;             ///< L
  Real service_cost;        ///< C, prices subtracted
  Real misled = Real(0.0);  ///< share of tasks that end with an accepted wrong answer
};

/// @returns what `visits` passes on one model of the paper's come to, if the user leaves with probability
///   `abandon` after each that fails; provider_cost without the penalty, see payoffs().
template <class Real>
Payoffs<Real> payoffs_on(const PassValues<Real>& model, const Real& visits, const Real& abandon) {
  const Real service_cost = model.cost * visits;
  return {service_cost,           model.net_value * visits,
          model.success * visits, abandon * model.failure * visits,
          model.latency * visits, service_cost};
}

/// @returns the payoffs in the paper's game: payoffs() there, with fewer operations.
template <class Real>
Payoffs<Real> paper_payoffs(const Primitives<Real>& game, const Visits<Real>& visits,
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

/// @returns the payoffs, linear in the visits. Equations (1) to (3). All but user_utility are sums of
///   terms of one sign (for costs >= 0): relative error below 10 * 2^-53. user_utility carries the
///   cancellation of sum xi_k n_k; equilibria correct it, see equilibrium.cpp.
template <class Real>
Payoffs<Real> payoffs(const Primitives<Real>& game, const Visits<Real>& visits,
                      const Real& abandon) {
  const auto sum = [&](auto term) { return term(0) * visits[0] + term(1) * visits[1]; };
  const auto of = [&](auto member) {
    return sum([&](std::size_t k) { return game.account[k].*member; });
  };
  using Account = PassAccount<Real>;
  const Real leaves = sum([&](std::size_t k) { return abandon * game.model[k].failure; });
  return {sum([&](std::size_t k) { return game.model[k].cost; }) + game.churn_penalty * leaves,
          game.outside + of(&Account::worth),
          of(&Account::solved),
          of(&Account::unsolved) + leaves,
          sum([&](std::size_t k) { return game.model[k].latency; }),
          of(&Account::service),
          of(&Account::misled)};
}

/// Whether a task that the user never leaves of his own will ends solved for sure, on the models that
/// `visits` are of.
template <class Real>
bool solves_in_the_end(const Primitives<Real>& game, const Visits<Real>& visits) {
  const Real none(0.0);
  return (visits[0] == none || game.account[0].unsolved == none) &&
         (visits[1] == none || game.account[1].unsolved == none);
}

}  // namespace turnout::game
