#include "turnout/game/equilibrium.h"

#include <algorithm>
#include <cmath>

#include "turnout/game/mixed_response.h"

namespace turnout::game {
namespace {

using numeric::DoubleDouble;

constexpr double kTie = 4 * 0x1p-52;

/// Where a route starts, and whether the user stays.
struct Play {
  std::size_t start;
  double cascade;
  double abandon;
};

Play play_of(Route route) {
  switch (route) {
    case Route::kFirstStay:
      return {0, 0, 0};
    case Route::kFirstLeave:
      return {0, 0, 1};
    case Route::kThreat:
      return {0, 1, 1};
    case Route::kSecondStay:
      return {1, 0, 0};
    case Route::kSecondLeave:
      return {1, 0, 1};
    case Route::kCascadeStay:
    case Route::kCascadePatience:
    case Route::kCascadeMixed:
      break;
  }
  return {0, 0, 0};  // s is the game's, see below
}

template <class Real>
Real cascade_of(const Primitives<Real>& game, Route route) {
  if (route == Route::kCascadeStay) return stay_threshold(game).value();
  if (route == Route::kCascadePatience) return patience_limit(game).value();
  return Real(play_of(route).cascade);
}

/// U where the two models' net values nearly cancel in the sum: at s0 the user is as well off as if
/// he left, at sL the first-order condition gives xi1 / (p1 + b1 p2 + b1 b2 s). Equations (9) and
/// (10).
double cascade_utility(const Primitives<double>& game, Route route, double s) {
  const auto& [first, second] = game.model;
  if (route == Route::kCascadeStay) return game.outside + first.net_value;
  return game.outside +
         first.net_value / (first.success + first.failure * (second.success + second.failure * s));
}

/// Whether the user gets what he decides by.
bool is_calibrated(const Primitives<double>& game) {
  return game.account[0].worth == game.model[0].net_value &&
         game.account[1].worth == game.model[1].net_value;
}

Candidate candidate(const Primitives<double>& game, Route route) {
  const Play play = play_of(route);
  Candidate c{route, {play.start, cascade_of(game, route)}, play.abandon, {}};
  if (route == Route::kCascadePatience)
    c.policy.cascade = std::min(c.policy.cascade, std::nextafter(1.0, 0.0));
  const auto visits = expected_visits(game, c.policy.start, c.policy.cascade, c.abandon);
  c.payoffs = payoffs(game, visits, c.abandon);
  if (c.abandon == 0 && solves_in_the_end(game, visits)) c.payoffs.success = 1;
  if (is_cascade(route) && is_calibrated(game))
    c.payoffs.user_utility = cascade_utility(game, route, c.policy.cascade);
  return c;
}

Candidate mixed_candidate(const Primitives<double>& game, const MixedPlay& play) {
  const auto visits = expected_visits(game, 0, play.cascade, play.abandon);
  return {
      Route::kCascadeMixed, {0, play.cascade}, play.abandon, payoffs(game, visits, play.abandon)};
}

/// The size of what is added up in a cost, against which a rounding counts.
double size_of_cost(const Primitives<double>& game, const Payoffs<double>& p) {
  const double own = std::abs(p.service_cost) + game.churn_penalty * p.unsolved;
  return std::max(own, std::abs(p.provider_cost - p.service_cost));  // of errors, where P is small
}

Regime regime_of(int first, int second) {
  if (first >= 0) return second >= 0 ? Regime::kValueValue : Regime::kValueLatency;
  return second >= 0 ? Regime::kLatencyValue : Regime::kLatencyLatency;
}

/// Whether the user would be as well off with another response to this route.
bool rests_on_users_tie(Route route, int first, int second) {
  switch (route) {
    case Route::kFirstStay:
    case Route::kFirstLeave:
      return first == 0;
    case Route::kThreat:
    case Route::kSecondStay:
    case Route::kSecondLeave:
      return second == 0;
    case Route::kCascadeStay:
      return true;
    case Route::kCascadePatience:
    case Route::kCascadeMixed:
      break;
  }
  return false;
}

/// Two numbers to subtract, and the size of what they are made of.
struct Difference {
  double a;
  double b;
  double scale;
};

/// a - b: in double unless so many digits cancel that the payoffs' errors, each below 10 * 2^-53,
/// could grow beyond 1e-12 of the difference; then in 31 digits.
template <class Exact>
double accurate_gap(const Game& game, const Candidate& a, const Candidate& b, const Difference& d,
                    Exact exact) {
  double gap = d.a - d.b;
  const bool mixed = a.route == Route::kCascadeMixed || b.route == Route::kCascadeMixed;
  if (!mixed && std::abs(gap) < 0.002 * (std::abs(d.a) + std::abs(d.b))) {
    gap = static_cast<double>(exact(exact_payoffs(game, a.route), exact_payoffs(game, b.route)));
  }
  return std::abs(gap) <= kTie * d.scale ? 0 : gap;
}

}  // namespace

Regime regime_of(const Game& game) {
  const Primitives<double> primitives(game);
  return regime_of(value_sign(game, primitives, 0), value_sign(game, primitives, 1));
}

const char* to_string(Regime regime) {
  switch (regime) {
    case Regime::kValueValue:
      return "value-value";
    case Regime::kLatencyLatency:
      return "latency-latency";
    case Regime::kLatencyValue:
      return "latency-value";
    case Regime::kValueLatency:
      break;
  }
  return "value-latency";
}

const char* to_string(Route route) {
  switch (route) {
    case Route::kFirstStay:
      return "(1,0) stay";
    case Route::kFirstLeave:
      return "(1,0) leave";
    case Route::kThreat:
      return "(1,1) leave";
    case Route::kSecondStay:
      return "(2,0) stay";
    case Route::kSecondLeave:
      return "(2,0) leave";
    case Route::kCascadeStay:
      return "(1,s0) stay";
    case Route::kCascadePatience:
      return "(1,sL) stay";
    case Route::kCascadeMixed:
      break;
  }
  return "(1,s) mixed";
}

const Candidate* Equilibrium::find(Route route) const {
  const auto all = candidates();
  const auto at = std::find_if(all.begin(), all.end(),
                               [route](const Candidate& c) { return c.route == route; });
  return at == all.end() ? nullptr : &*at;
}

Equilibrium solve(const Game& game) {
  const Primitives<double> primitives(game);
  const int first = value_sign(game, primitives, 0);
  const int second = value_sign(game, primitives, 1);
  const bool may_escalate = primitives.model[0].failure > 0;
  Equilibrium e;
  e.regime = regime_of(first, second);
  const auto add = [&](const Candidate& c) { e.candidates_[e.size_++] = c; };
  if (first >= 0) add(candidate(primitives, Route::kFirstStay));
  if (first <= 0) add(candidate(primitives, Route::kFirstLeave));
  if (first > 0 && second <= 0 && may_escalate) add(candidate(primitives, Route::kThreat));
  if (second >= 0) add(candidate(primitives, Route::kSecondStay));
  if (second <= 0) add(candidate(primitives, Route::kSecondLeave));
  if (first < 0 && second >= 0 && may_escalate) add(candidate(primitives, Route::kCascadeStay));
  if (first > 0 && second < 0 && may_escalate) add(candidate(primitives, Route::kCascadePatience));
  if (first > 0 && second < 0 && primitives.model[0].success > primitives.model[1].success) {
    if (const auto play = cheapest_mixed_play(primitives)) add(mixed_candidate(primitives, *play));
  }

  double least = e.candidates_[0].payoffs.provider_cost;
  for (const Candidate& c : e.candidates()) least = std::min(least, c.payoffs.provider_cost);
  std::size_t equals = 0;
  for (std::size_t i = e.size_; i-- > 0;) {
    const auto& p = e.candidates_[i].payoffs;
    if (p.provider_cost - least > kTie * size_of_cost(primitives, p)) continue;
    ++equals;
    e.best_ = i;
  }
  e.provider_indifferent = equals > 1;
  e.user_indifferent = may_escalate && rests_on_users_tie(e.best().route, first, second);
  return e;
}

double best_static_cost(const Game& game) {
  const auto cost = [&](const Policy& policy) {
    return evaluate(game, policy, best_response(game, policy).abandon).provider_cost;
  };
  return std::min({cost({0, 0}), cost({0, 1}), cost({1, 0})});
}

Payoffs<DoubleDouble> exact_payoffs(const Game& game, Route route) {
  const Primitives<DoubleDouble> primitives(game);
  const Play play = play_of(route);
  const DoubleDouble abandon(play.abandon);
  return payoffs(primitives,
                 expected_visits(primitives, play.start, cascade_of(primitives, route), abandon),
                 abandon);
}

double utility_gap(const Game& game, const Candidate& a, const Candidate& b) {
  if (a.route == b.route) return 0;
  const auto& pa = a.payoffs;
  const auto& pb = b.payoffs;
  const double solved = std::abs(pa.unsolved - pb.unsolved);
  double scale = game.value() * solved + game.value_of_time() * (pa.latency + pb.latency);
  if (!game.is_papers()) {
    scale += game.user().outside + std::abs(pa.user_utility) + std::abs(pb.user_utility);
    return accurate_gap(
        game, a, b, {pa.user_utility, pb.user_utility, scale},
        [](const auto& x, const auto& y) { return x.user_utility - y.user_utility; });
  }
  // V S - w L by its parts: with S the same on both sides V drops out, however large it is.
  const auto exact = [&](const Payoffs<DoubleDouble>& x, const Payoffs<DoubleDouble>& y) {
    return DoubleDouble(game.value()) * (y.unsolved - x.unsolved) +
           DoubleDouble(game.value_of_time()) * (y.latency - x.latency);
  };
  return accurate_gap(game, a, b, {pa.user_utility, pb.user_utility, scale}, exact);
}

double cost_gap(const Game& game, const Candidate& a, const Candidate& b) {
  if (a.route == b.route) return 0;
  const auto& pa = a.payoffs;
  const auto& pb = b.payoffs;
  const double solved = std::abs(pa.unsolved - pb.unsolved);
  const double scale =
      std::abs(pa.service_cost) + std::abs(pb.service_cost) + game.churn_penalty() * solved;
  if (!game.is_papers()) {
    const double losses =
        std::abs(pa.provider_cost - pa.service_cost) + std::abs(pb.provider_cost - pb.service_cost);
    return accurate_gap(
        game, a, b, {pa.provider_cost, pb.provider_cost, scale + losses},
        [](const auto& x, const auto& y) { return x.provider_cost - y.provider_cost; });
  }
  const auto exact = [&](const Payoffs<DoubleDouble>& x, const Payoffs<DoubleDouble>& y) {
    return (x.service_cost - y.service_cost) +
           DoubleDouble(game.churn_penalty()) * (x.unsolved - y.unsolved);
  };
  return accurate_gap(game, a, b, {pa.provider_cost, pb.provider_cost, scale}, exact);
}

}  // namespace turnout::game
