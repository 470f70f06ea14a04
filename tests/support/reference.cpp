#include "reference.h"

#include <algorithm>
#include <array>

namespace turnout::testing {
namespace {

using game::Game;
using game::Route;

struct Numbers {
  Digits V, w, P;
  std::array<Digits, 2> p, b, t, c, xi;
  explicit Numbers(const Game& g) : V(g.value()), w(g.value_of_time()), P(g.churn_penalty()) {
    for (std::size_t k = 0; k < 2; ++k) {
      p[k] = g.model(k).success;
      b[k] = 1 - p[k];
      t[k] = g.model(k).latency;
      c[k] = g.model(k).cost;
      xi[k] = V * p[k] - w * t[k];
    }
  }
};

ReferencePlay play(const Numbers& x, Route route, std::size_t start, const Digits& s, int abandon) {
  const Digits q = abandon;
  const Digits d1 = 1 - x.b[0] * (1 - s) * (1 - q);
  const Digits d2 = 1 - x.b[1] * (1 - q);
  const Digits n1 = start == 0 ? Digits(1 / d1) : Digits(0);
  const Digits n2 = start == 0 ? Digits(x.b[0] * s * (1 - q) / (d1 * d2)) : Digits(1 / d2);
  ReferencePlay r{route, s, 0, 0, 0, 0, 0};
  r.success = x.p[0] * n1 + x.p[1] * n2;
  r.latency = x.t[0] * n1 + x.t[1] * n2;
  r.service_cost = x.c[0] * n1 + x.c[1] * n2;
  r.cost = r.service_cost + x.P * (1 - r.success);
  r.utility = x.V * r.success - x.w * r.latency;
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
    all.push_back(play(x, Route::kCascadeStay, 0, -x.xi[0] / (x.xi[1] / x.p[1] - x.xi[0]), 0));
  }
  if (x.xi[0] > 0 && x.xi[1] < 0) {
    const Digits alpha = x.xi[0] * x.p[1] * x.p[1];
    const Digits beta = x.b[0] * x.b[1] * x.xi[1];
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
      const Digits rise = x.b[k] - (1 - offer.success);
      const Digits lead = offer.service_cost - x.c[k];
      if (abs(rise) < Digits("1e-40")) {
        if (lead <= Digits("1e-40") * abs(x.c[k])) possible = false;
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
    if (abs(x.xi[k]) < Digits("1e-15") * std::max<Digits>(x.V * x.p[k], x.w * x.t[k]))
      r.near_tie = true;
  }
  if (r.near_tie || x.b[0] == 0 || x.b[1] == 0) {
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
  // Static utilities closer than a few roundings of the waits they are differences of are a tie to
  // the engine.
  for (const auto& one : all) {
    for (const auto& other : all) {
      if (one.route == other.route || one.cascade != 0 || other.cascade != 0) continue;
      const Digits size =
          x.V * abs(other.success - one.success) + x.w * (other.latency + one.latency);
      if (abs(other.utility - one.utility) < Digits("2e-15") * size) r.near_tie = true;
    }
  }
  r.preferred_utility = x.xi[0] > 0 || x.xi[1] > 0
                            ? std::max<Digits>(x.xi[0] / x.p[0], x.xi[1] / x.p[1])
                            : std::max(x.xi[0], x.xi[1]);
  r.misalignment = r.preferred_utility - r.best.utility;
  const Digits leave0 = x.c[0] + x.P * x.b[0];
  const Digits leave1 = x.c[1] + x.P * x.b[1];
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
