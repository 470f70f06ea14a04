#include "turnout/game/knowledge.h"

#include <algorithm>
#include <cmath>

namespace turnout::game {
namespace {

using P = Primitives<double>;

Payoffs<double> with_penalty(const P& p, Payoffs<double> payoffs) {
  payoffs.provider_cost = payoffs.service_cost + p.churn_penalty * payoffs.unsolved;
  return payoffs;
}

/// What n1 and n2 passes come to if `unsolved` tasks are left.
Payoffs<double> from_visits(const P& p, double first, double second, double unsolved) {
  const auto& [a, b] = p.model;
  return with_penalty(
      p, {0, a.net_value * first + b.net_value * second, a.success * first + b.success * second,
          unsolved, a.latency * first + b.latency * second, a.cost * first + b.cost * second});
}

Payoffs<double> informed_payoffs(const P& p, const Policy& policy, bool leaves_first,
                                 bool leaves_second) {
  const auto& [a, b] = p.model;
  const double on_second = leaves_second ? 1 : 1 / b.success;  // passes per arrival on M2
  const double left_second = leaves_second ? b.failure : 0;
  if (policy.start == 1) return from_visits(p, 0, on_second, left_second);
  if (leaves_first) return from_visits(p, 1, 0, a.failure);
  const double first = 1 / (a.success + a.failure * policy.cascade);
  const double arrivals = a.failure * policy.cascade * first;
  return from_visits(p, first, arrivals * on_second, arrivals * left_second);
}

}  // namespace

InformedResponse informed_response(const Game& game, const Policy& policy) {
  const P p(game);
  const auto& [a, b] = p.model;
  const double s = policy.cascade;
  const double second = b.net_value;
  const double after_second = std::max(0.0, second / b.success);
  const double after_first = (1 - s) * a.net_value + s * (second + b.failure * after_second);
  const double tie = 4e-16 * (std::abs(a.net_value) + std::abs(second) + after_second);
  InformedResponse best;
  bool any = false;
  for (const bool leaves_first : {false, true}) {
    for (const bool leaves_second : {false, true}) {
      const bool second_fits = std::abs(second) <= tie || leaves_second == (second < 0);
      const bool first_fits = std::abs(after_first) <= tie || leaves_first == (after_first < 0);
      if (!first_fits || !second_fits) continue;
      const Payoffs<double> payoffs = informed_payoffs(p, policy, leaves_first, leaves_second);
      if (any && payoffs.provider_cost >= best.payoffs.provider_cost) continue;
      best = {leaves_first, leaves_second, payoffs};
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
  const auto& [a, b] = p.model;
  const double s = policy.cascade;
  // A user who never leaves is the stationary one with q = 0.
  CountingResponse best{std::nullopt, evaluate(game, policy, 0)};
  double on_first = policy.start == 0
                        ? 1
                        : 0;  // probability that the task is unsolved and the next attempt on M1
  double on_second = 1 - on_first;
  Payoffs<double> so_far{};
  const double scale = game.value() + a.latency * p.value_of_time / a.success +
                       b.latency * p.value_of_time / b.success;
  for (std::size_t m = 1; m <= kMostAttempts && on_first + on_second > kNobodyLeft; ++m) {
    so_far.user_utility += on_first * a.net_value + on_second * b.net_value;
    so_far.success += on_first * a.success + on_second * b.success;
    so_far.latency += on_first * a.latency + on_second * b.latency;
    so_far.service_cost += on_first * a.cost + on_second * b.cost;
    const double failed_first = on_first * a.failure;
    on_second = on_second * b.failure + failed_first * s;
    on_first = failed_first * (1 - s);
    so_far.unsolved = on_first + on_second;
    const Payoffs<double> stop = with_penalty(p, so_far);
    const double gain = stop.user_utility - best.payoffs.user_utility;
    // A tie is one of those who are left: what late attempts are worth must not vanish with their
    // number.
    const bool tie = std::abs(gain) <= kTie * scale * so_far.unsolved;
    if ((!tie && gain > kRounding * scale) ||
        (tie && stop.provider_cost < best.payoffs.provider_cost))
      best = {m, stop};
  }
  return best;
}

}  // namespace turnout::game
