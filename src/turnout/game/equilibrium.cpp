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

/// A route's visits in 31 digits.
struct ExactPlay {
  DoubleDouble abandon;
  Visits<DoubleDouble> visits;
  ExactPlay(const Primitives<DoubleDouble>& game, Route route)
      : abandon(play_of(route).abandon),
        visits(expected_visits(game, play_of(route).start, cascade_of(game, route), abandon)) {}
};

Payoffs<DoubleDouble> exact_payoffs(const Game& game, Route route) {
  const Primitives<DoubleDouble> primitives(game);
  const ExactPlay exact(primitives, route);
  return payoffs(primitives, exact.visits, exact.abandon);
}

/// What a cascade is worth to the user, whose worths of the two models nearly cancel in the sum: at
/// s0 he is as well off as if he left, at sL the first-order condition gives xi1 / (eps1 + beta1
/// eps2 + beta1 beta2 s). Equations (9) and (10). A naive user's s0 and sL are where he believes
/// that, so what he gets takes 31 digits.
double cascade_utility(const Game& game, const Primitives<double>& primitives, Route route,
                       double s) {
  if (game.user().naive) return static_cast<double>(exact_payoffs(game, route).user_utility);
  const auto& [first, second] = primitives.model;
  if (route == Route::kCascadeStay) return first.worth;
  return first.worth / (first.ends + first.goes_on * (second.ends + second.goes_on * s));
}

Candidate candidate(const Game& game, const Primitives<double>& primitives, Route route) {
  const Play play = play_of(route);
  Candidate c{route, {play.start, cascade_of(primitives, route)}, play.abandon, {}};
  if (route == Route::kCascadePatience)
    c.policy.cascade = std::min(c.policy.cascade, std::nextafter(1.0, 0.0));
  const auto visits = expected_visits(primitives, c.policy.start, c.policy.cascade, c.abandon);
  c.payoffs = payoffs(primitives, visits, c.abandon);
  if (c.payoffs.unsolved == 0) c.payoffs.success = 1;
  if (is_cascade(route))
    c.payoffs.user_utility = cascade_utility(game, primitives, route, c.policy.cascade);
  return c;
}

Candidate mixed_candidate(const Primitives<double>& game, const MixedPlay& play) {
  const auto visits = expected_visits(game, 0, play.cascade, play.abandon);
  return {
      Route::kCascadeMixed, {0, play.cascade}, play.abandon, payoffs(game, visits, play.abandon)};
}

/// What a task costs the provider beside its service: P or P_w.
double churn_of(const Payoffs<double>& p) { return p.provider_cost - p.service_cost; }

/// The size of what is added up in a cost, against which a rounding counts.
double size_of_cost(const Payoffs<double>& p) { return std::abs(p.service_cost) + churn_of(p); }

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
    gap = static_cast<double>(exact(exact_parts(game, a.route), exact_parts(game, b.route)));
  }
  return std::abs(gap) <= kTie * d.scale ? 0 : gap;
}

}  // namespace

Regime regime_of(const Game& game) {
  const Primitives<double> primitives(game);
  return regime_of(value_sign(primitives, 0), value_sign(primitives, 1));
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
  const int first = value_sign(primitives, 0);
  const int second = value_sign(primitives, 1);
  const bool may_escalate = primitives.model[0].goes_on > 0;
  Equilibrium e;
  e.regime = regime_of(first, second);
  const auto add = [&](const Candidate& c) { e.candidates_[e.size_++] = c; };
  if (first >= 0) add(candidate(game, primitives, Route::kFirstStay));
  if (first <= 0) add(candidate(game, primitives, Route::kFirstLeave));
  if (first > 0 && second <= 0 && may_escalate) add(candidate(game, primitives, Route::kThreat));
  if (second >= 0) add(candidate(game, primitives, Route::kSecondStay));
  if (second <= 0) add(candidate(game, primitives, Route::kSecondLeave));
  if (first < 0 && second >= 0 && may_escalate)
    add(candidate(game, primitives, Route::kCascadeStay));
  if (first > 0 && second < 0 && may_escalate)
    add(candidate(game, primitives, Route::kCascadePatience));
  if (first > 0 && second < 0 && primitives.model[0].ends > primitives.model[1].ends) {
    if (const auto play = cheapest_mixed_play(primitives)) add(mixed_candidate(primitives, *play));
  }

  double least = e.candidates_[0].payoffs.provider_cost;
  for (const Candidate& c : e.candidates()) least = std::min(least, c.payoffs.provider_cost);
  std::size_t equals = 0;
  for (std::size_t i = e.size_; i-- > 0;) {
    const auto& p = e.candidates_[i].payoffs;
    if (p.provider_cost - least > kTie * size_of_cost(p)) continue;
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

Candidate play(const Game& game, Route route) {
  return candidate(game, Primitives<double>(game), route);
}

ExactParts exact_parts(const Game& game, Route route) {
  const Primitives<DoubleDouble> primitives(game);
  const ExactPlay exact(primitives, route);
  const auto& [one, two] = primitives.model;
  const auto& n = exact.visits;
  const DoubleDouble left =
      left_after(one, n[0], exact.abandon) + left_after(two, n[1], exact.abandon);
  return {one.fixed_cost * n[0] + two.fixed_cost * n[1],
          one.penalties * n[0] + two.penalties * n[1] + left,
          one.unsolved * n[0] + two.unsolved * n[1] + left, one.spent * n[0] + two.spent * n[1]};
}

double utility_gap(const Game& game, const Candidate& a, const Candidate& b) {
  if (a.route == b.route) return 0;
  const auto& pa = a.payoffs;
  const auto& pb = b.payoffs;
  const double gain = game.value() - game.user().outside;
  const double scale = std::abs(gain * (pa.unsolved - pb.unsolved)) + pa.spent + pb.spent;
  // (V - v0) S - spent by its parts: with S the same on both sides V drops out, however large it is.
  const auto exact = [&](const ExactParts& x, const ExactParts& y) {
    return (DoubleDouble(game.value()) - DoubleDouble(game.user().outside)) *
               (y.unsolved - x.unsolved) +
           (y.spent - x.spent);
  };
  return accurate_gap(game, a, b, {pa.user_utility, pb.user_utility, scale}, exact);
}

double cost_gap(const Game& game, const Candidate& a, const Candidate& b) {
  if (a.route == b.route) return 0;
  const auto& pa = a.payoffs;
  const auto& pb = b.payoffs;
  const double scale =
      std::abs(pa.service_cost) + std::abs(pb.service_cost) + std::abs(churn_of(pa) - churn_of(pb));
  const auto exact = [&](const ExactParts& x, const ExactParts& y) {
    return (x.fixed_cost - y.fixed_cost) +
           DoubleDouble(game.churn_penalty()) * (x.penalties - y.penalties);
  };
  return accurate_gap(game, a, b, {pa.provider_cost, pb.provider_cost, scale}, exact);
}

}  // namespace turnout::game
