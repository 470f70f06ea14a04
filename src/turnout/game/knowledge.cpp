#include "turnout/game/knowledge.h"

#include <algorithm>
#include <cmath>

namespace turnout::game {
namespace {

using P = Primitives<double>;

/// Expected passes on each model, and the share of the tasks on which the user leaves of his own
/// will.
struct Served {
  double first = 0, second = 0, left = 0;
};

Payoffs<double> payoffs_of(const P& p, const Served& served) {
  Payoffs<double> sum = payoffs(p, {served.first, served.second}, 0.0);
  sum.unsolved += served.left;
  sum.provider_cost += p.churn_penalty * served.left;
  return sum;
}

double believed_of(const P& p, const Served& served) {
  return p.model[0].net_value * served.first + p.model[1].net_value * served.second;
}

Served informed(const P& p, const Policy& policy, bool leaves_first, bool leaves_second) {
  const auto& [a, b] = p.model;
  const double on_second = leaves_second ? 1 : 1 / b.ends;  // passes per arrival on M2
  const double left_second = leaves_second ? b.goes_on : 0;
  if (policy.start == 1) return {0, on_second, left_second};
  if (leaves_first) return {1, 0, a.goes_on};
  const double first = 1 / (a.ends + a.goes_on * policy.cascade);
  const double arrivals = a.goes_on * policy.cascade * first;
  return {first, arrivals * on_second, arrivals * left_second};
}

}  // namespace

InformedResponse informed_response(const Game& game, const Policy& policy) {
  const P p(game);
  const auto& [a, b] = p.model;
  const double s = policy.cascade;
  const double second = b.net_value;
  const double after_second = std::max(0.0, second / b.ends);
  const double after_first = (1 - s) * a.net_value + s * (second + b.goes_on * after_second);
  const double tie = 4e-16 * (std::abs(a.net_value) + std::abs(second) + after_second);
  InformedResponse best;
  bool any = false;
  for (const bool leaves_first : {false, true}) {
    for (const bool leaves_second : {false, true}) {
      const bool second_fits = std::abs(second) <= tie || leaves_second == (second < 0);
      const bool first_fits = std::abs(after_first) <= tie || leaves_first == (after_first < 0);
      if (!first_fits || !second_fits) continue;
      const Served served = informed(p, policy, leaves_first, leaves_second);
      const Payoffs<double> payoffs = payoffs_of(p, served);
      if (any && payoffs.provider_cost >= best.payoffs.provider_cost) continue;
      best = {leaves_first, leaves_second, payoffs, believed_of(p, served)};
      any = true;
    }
  }
  return best;
}

CountingResponse counting_response(const Game& game, const Policy& policy) {
  constexpr std::size_t kMostAttempts = 100'000;
  constexpr double kTie = 1e-12;
  constexpr double kRounding = 4e-15;
  constexpr double kNobodyLeft = 1e-9;
  const P p(game);
  const auto& a = p.model[0];
  const auto& b = p.model[1];
  const double s = policy.cascade;
  // A user who never leaves is the stationary one with q = 0; he decides by what he believes.
  const Visits<double> for_ever = expected_visits(p, policy.start, s, 0.0);
  CountingResponse best{std::nullopt, evaluate(game, policy, 0),
                        believed_of(p, {for_ever[0], for_ever[1], 0})};
  // Probabilities that the task is open and the next attempt is on M1 or M2, and passes so far.
  double on_first = policy.start == 0 ? 1 : 0;
  double on_second = 1 - on_first;
  double first = 0;
  double second = 0;
  const double scale = game.value() + a.spent / a.ends + b.spent / b.ends;
  for (std::size_t m = 1; m <= kMostAttempts && on_first + on_second > kNobodyLeft; ++m) {
    first += on_first;
    second += on_second;
    const double open_first = on_first * a.goes_on;
    on_second = on_second * b.goes_on + open_first * s;
    on_first = open_first * (1 - s);
    const double left = on_first + on_second;
    const Served served = {first, second, left};
    const double worth = believed_of(p, served);
    const double gain = worth - best.believed;
    // A tie is one of those who are left: what late attempts are worth must not vanish with their
    // number.
    const bool tie = std::abs(gain) <= kTie * scale * left;
    if (!tie && gain <= kRounding * scale) continue;
    const Payoffs<double> stop = payoffs_of(p, served);
    if (tie && stop.provider_cost >= best.payoffs.provider_cost) continue;
    best = {m, stop, worth};
  }
  return best;
}

}  // namespace turnout::game
