#include "turnout/game/best_response.h"

#include <algorithm>
#include <cmath>

namespace turnout::game {
namespace {

/// The smaller root a of A a^2 + B a + C = 0 with
/// A = (1-s) beta2 (xi1 beta2 - beta1 s xi2), B = -2 (1-s) xi1 beta2, C = s xi2 + (1-s) xi1, for
/// xi1 > 0 > xi2.
double staying_share(const Primitives<double>& game, double s) {
  const auto& [first, second] = game.model;
  const double go_on = 1 - s;
  const double a = go_on * second.goes_on *
                   (first.net_value * second.goes_on - first.goes_on * s * second.net_value);
  const double b = -2 * go_on * first.net_value * second.goes_on;
  const double c = s * second.net_value + go_on * first.net_value;
  const double root = std::sqrt(std::max(0.0, b * b - 4 * a * c));
  const double divisor = root - b;
  return divisor > 0 ? std::clamp(2 * c / divisor, 0.0, 1.0) : 1.0;
}

/// Of staying and leaving, both equally good for the user, the one that costs the provider less.
Response cheaper_for_provider(const Game& game, const Policy& policy) {
  const double stay = evaluate(game, policy, 0).provider_cost;
  const double leave = evaluate(game, policy, 1).provider_cost;
  return {stay <= leave ? 0.0 : 1.0, true};
}

}  // namespace

Thresholds thresholds(const Game& game) {
  const Primitives<double> primitives(game);
  const int first = value_sign(primitives, 0);
  const int second = value_sign(primitives, 1);
  Thresholds found;
  if (first < 0 && second > 0) found.stay = stay_threshold(primitives).value();
  if (first > 0 && second < 0) {
    const double xi1 = primitives.model[0].net_value;
    found.patience = std::min(patience_limit(primitives).value(), std::nextafter(1.0, 0.0));
    found.leave = std::max(xi1 / (xi1 - primitives.model[1].net_value), *found.patience);
  }
  return found;
}

Response best_response(const Game& game, const Policy& policy) {
  const Primitives<double> primitives(game);
  const int second = value_sign(primitives, 1);
  const auto by_sign = [&](int sign) -> Response {
    if (sign == 0) return cheaper_for_provider(game, policy);
    return {sign > 0 ? 0.0 : 1.0, false};
  };
  if (policy.start == 1) return by_sign(second);
  const int first = value_sign(primitives, 0);
  const double s = policy.cascade;
  // A sure switch makes the first model irrelevant to the choice, no switch the second.
  if (s == 0 || first == second) return by_sign(first);
  if (s == 1) return by_sign(second);
  if (first >= 0 && second >= 0) return {0, false};
  if (first <= 0 && second <= 0) return {1, false};
  const Thresholds at = thresholds(game);
  if (at.stay) {
    if (s == *at.stay) return cheaper_for_provider(game, policy);
    return {s > *at.stay ? 0.0 : 1.0, false};
  }
  if (s <= *at.patience) return {0, false};
  if (s >= *at.leave) return {1, false};
  return {1 - staying_share(primitives, s), false};
}

Payoffs<double> evaluate(const Game& game, const Policy& policy, double abandon) {
  const Primitives<double> primitives(game);
  auto result = payoffs(
      primitives, expected_visits(primitives, policy.start, policy.cascade, abandon), abandon);
  if (result.unsolved == 0) result.success = 1;  // every task is solved in the end
  return result;
}

}  // namespace turnout::game
