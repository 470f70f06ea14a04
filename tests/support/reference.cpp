#include "reference.h"

#include <algorithm>
#include <array>

namespace turnout::testing {
namespace {

using game::Game;
using game::Route;

struct Numbers {
  Digits V, v0, P;
  bool late_churn, naive;
  /// Of a pass: shares that end solved, that end mistaken, that the user leaves after for reasons of
  /// his own, that go on; what the provider and the user spend; xi as he believes and as he gets it.
  std::array<Digits, 2> solved, wrong, lost, eps, beta, service, spent, harm, t, xi, worth, size;
  std::array<Digits, 2> fixed, slope;  // the cost of a pass is fixed + slope P
  explicit Numbers(const Game& g)
      : V(g.value()),
        v0(g.user().outside),
        P(g.churn_penalty()),
        late_churn(g.provider().late_churn.has_value()),
        naive(g.user().naive) {
    for (std::size_t k = 0; k < 2; ++k) {
      const game::Model& m = g.model(k);
      const Digits p = m.success;
      const Digits fa = m.false_accept;
      const Digits fr = m.false_reject;
      const Digits rho = m.patience;
      solved[k] = p * (1 - fr);
      wrong[k] = (1 - p) * fa;
      const Digits rejected = 1 - solved[k] - wrong[k];
      lost[k] = (1 - rho) * rejected;
      beta[k] = rho * rejected;
      eps[k] = 1 - beta[k];
      t[k] = m.latency;
      service[k] = Digits(m.cost) - Digits(m.price);
      spent[k] = Digits(g.value_of_time()) * t[k] + Digits(m.price);
      harm[k] = (Digits(g.user().harm) + v0) * wrong[k];
      worth[k] = (V - v0) * solved[k] - harm[k] - spent[k];
      xi[k] = naive ? Digits((V - v0) * (solved[k] + wrong[k]) - spent[k]) : worth[k];
      size[k] = std::max<Digits>(abs(V - v0) * (solved[k] + wrong[k]), spent[k] + harm[k]);
      fixed[k] = service[k];
      slope[k] = lost[k];
      if (late_churn)
        fixed[k] += Digits(*g.provider().late_churn) * wrong[k];
      else
        slope[k] += wrong[k];
    }
  }
  [[nodiscard]] Digits cost(std::size_t k) const { return fixed[k] + P * slope[k]; }
};

ReferencePlay play(const Numbers& x, Route route, std::size_t start, const Digits& s, int abandon) {
  const Digits q = abandon;
  const Digits d1 = 1 - x.beta[0] * (1 - s) * (1 - q);
  const Digits d2 = 1 - x.beta[1] * (1 - q);
  const Digits n1 = start == 0 ? Digits(1 / d1) : Digits(0);
  const Digits n2 = start == 0 ? Digits(x.beta[0] * s * (1 - q) / (d1 * d2)) : Digits(1 / d2);
  const Digits left = q * (x.beta[0] * n1 + x.beta[1] * n2);
  const auto sum = [&](const std::array<Digits, 2>& of) { return Digits(of[0] * n1 + of[1] * n2); };
  ReferencePlay r{route, s, 0, 0, 0, 0, 0, 0, 0, 0};
  r.success = sum(x.solved);
  r.latency = sum(x.t);
  r.service_cost = sum(x.service);
  r.fixed = sum(x.fixed);
  r.slope = sum(x.slope) + left;
  r.cost = r.fixed + x.P * r.slope;
  r.utility = sum(x.worth);
  r.spent = sum(x.spent) + sum(x.harm);
  return r;
}

std::vector<ReferencePlay> plays(const Numbers& x) {
  const Digits zero = 0;
  std::vector<ReferencePlay> all;
  if (x.xi[0] > 0) all.push_back(play(x, Route::kFirstStay, 0, zero, 0));
  if (x.xi[0] < 0) all.push_back(play(x, Route::kFirstLeave, 0, zero, 1));
  if (x.xi[0] > 0 && x.xi[1] < 0) all.push_back(play(x, Route::kThreat, 0, 1, 1));
  if (x.xi[1] > 0) all.push_back(play(x, Route::kSecondStay, 1, zero, 0));
  if (x.xi[1] < 0) all.push_back(play(x, Route::kSecondLeave, 1, zero, 1));
  if (x.xi[0] < 0 && x.xi[1] > 0) {
    all.push_back(play(x, Route::kCascadeStay, 0, -x.xi[0] / (x.xi[1] / x.eps[1] - x.xi[0]), 0));
  }
  if (x.xi[0] > 0 && x.xi[1] < 0) {
    const Digits alpha = x.xi[0] * x.eps[1] * x.eps[1];
    const Digits beta = x.beta[0] * x.beta[1] * x.xi[1];
    const Digits middle = x.xi[1] - alpha - beta;
    all.push_back(play(x, Route::kCascadePatience, 0,
                       2 * alpha / (-middle + sqrt(Digits(middle * middle - 4 * alpha * beta))),
                       0));
  }
  return all;
}

/// The largest P at which making the user leave is cheaper than every offer: each pair of cost
/// lines is tried.
Digits penalty_floor(const Numbers& x, const std::vector<ReferencePlay>& offers) {
  Digits floor = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    Digits low = 0;
    Digits high = -1;
    bool bounded = false;
    bool possible = true;
    for (const ReferencePlay& offer : offers) {
      const Digits rise = x.slope[k] + x.beta[k] - offer.slope;
      const Digits lead = offer.fixed - x.fixed[k];
      if (abs(rise) < Digits("1e-40")) {
        if (lead <= Digits("1e-40") * abs(x.fixed[k])) possible = false;
      } else if (rise > 0) {
        high = bounded ? std::min<Digits>(high, lead / rise) : Digits(lead / rise);
        bounded = true;
      } else {
        low = std::max<Digits>(low, lead / rise);
      }
    }
    if (possible && bounded && low < high * (1 - Digits("1e-40"))) floor = std::max(floor, high);
  }
  return floor;
}

bool close(const Digits& a, const Digits& b, const Digits& scale) {
  return abs(a - b) < Digits("1e-9") * scale;
}

}  // namespace

ReferenceSolution reference_solution(const Game& game) {
  const Numbers x(game);
  ReferenceSolution r;
  for (std::size_t k = 0; k < 2; ++k) {
    // Where V p = w t to a double's last digits the engine speaks of a tie.
    for (const Digits& xi : {x.xi[k], x.worth[k]}) {
      if (abs(xi) < Digits("1e-15") * x.size[k]) r.near_tie = true;
    }
  }
  if (r.near_tie || x.beta[0] == 0 || x.beta[1] == 0) {
    r.near_tie = true;
    return r;
  }
  const auto all = plays(x);
  r.best = *std::min_element(all.begin(), all.end(),
                             [](const auto& a, const auto& b) { return a.cost < b.cost; });
  for (const auto& other : all) {
    if (other.route != r.best.route && close(other.cost, r.best.cost, abs(other.cost)))
      r.near_tie = true;
  }
  // What serves the user best, whether or not he would do it.
  std::vector<ReferencePlay> alone;
  for (const int abandon : {0, 1}) {
    for (const std::size_t start : {std::size_t{0}, std::size_t{1}})
      alone.push_back(play(x, Route::kFirstStay, start, 0, abandon));
  }
  r.preferred_utility = alone.front().utility;
  for (const auto& one : alone) r.preferred_utility = std::max(r.preferred_utility, one.utility);
  // Static utilities closer than a few roundings of the waits they are differences of are a tie to
  // the engine.
  for (const auto& other : alone) {
    const Digits lead = r.preferred_utility - other.utility;
    for (const auto& one : alone) {
      const Digits size =
          abs(x.V - x.v0) * abs(other.success - one.success) + other.spent + one.spent;
      if (lead != 0 && one.utility == r.preferred_utility && lead < Digits("2e-15") * size)
        r.near_tie = true;
    }
  }
  r.misalignment = r.preferred_utility - r.best.utility;
  const Digits leave0 = x.cost(0) + x.P * x.beta[0];
  const Digits leave1 = x.cost(1) + x.P * x.beta[1];
  r.throttled_cost = std::min({r.best.cost, leave0, leave1});
  r.throttling_gain = r.best.cost - r.throttled_cost;
  r.penalty_floor = penalty_floor(x, all);
  for (const auto& leave : {leave0, leave1}) {
    if (leave != r.best.cost && close(leave, r.best.cost, r.best.cost) &&
        abs(leave - r.best.cost) < Digits("1e-14") * r.best.cost) {
      r.near_tie = true;
    }
  }
  return r;
}

}  // namespace turnout::testing
