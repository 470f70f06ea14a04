#include "turnout/verification/stated.h"

#include <algorithm>
#include <cmath>

namespace turnout::verification {

using game::Game;
using game::Policy;

Symbols::Symbols(const Game& game)
    : xi1(game.value() * game.model(0).success - game.value_of_time() * game.model(0).latency),
      xi2(game.value() * game.model(1).success - game.value_of_time() * game.model(1).latency),
      r1(game.model(0).cost / game.model(0).success),
      r2(game.model(1).cost / game.model(1).success),
      b1(1 - game.model(0).success),
      b2(1 - game.model(1).success) {}

Signs signs(const Game& game) {
  const Symbols x(game);
  if (x.xi1 > 0) return x.xi2 > 0 ? Signs::kBothValue : Signs::kValueLatency;
  return x.xi2 > 0 ? Signs::kLatencyValue : Signs::kBothLatency;
}

double stated_s0(const Game& game) {
  const Symbols x(game);
  return -x.xi1 / (x.xi2 / game.model(1).success - x.xi1);
}

double stated_sl(const Game& game) {
  const Symbols x(game);
  const double p2 = game.model(1).success;
  const double alpha = x.xi1 * p2 * p2;
  const double beta = x.b1 * x.b2 * x.xi2;
  const double middle = x.xi2 - alpha - beta;
  return 2 * alpha / (-middle + std::sqrt(middle * middle - 4 * alpha * beta));
}

double stated_sh(const Game& game) {
  const Symbols x(game);
  return x.xi1 / (x.xi1 - x.xi2);
}

double stated_response(const Game& game, const Policy& policy) {
  const Symbols x(game);
  if (policy.start == 1) return x.xi2 < 0 ? 1 : 0;
  const double s = policy.cascade;
  switch (signs(game)) {
    case Signs::kBothValue:
      return 0;
    case Signs::kBothLatency:
      return 1;
    case Signs::kLatencyValue:
      return s > stated_s0(game) ? 0 : 1;
    case Signs::kValueLatency:
      break;
  }
  if (s <= stated_sl(game)) return 0;
  if (s >= stated_sh(game)) return 1;
  const double a = (1 - s) * x.b2 * (x.xi1 * x.b2 - x.b1 * s * x.xi2);
  const double b = -2 * (1 - s) * x.xi1 * x.b2;
  const double c = s * x.xi2 + (1 - s) * x.xi1;
  return 1 - 2 * c / (-b + std::sqrt(b * b - 4 * a * c));
}

double stated_staying_cost(const Game& game, double s) {
  const Symbols x(game);
  return (game.model(0).cost + x.b1 * s * x.r2) / (game.model(0).success + x.b1 * s);
}

StatedOptimum stated_optimum(const Game& game) {
  const Symbols x(game);
  const double penalty = game.churn_penalty();
  const double c1 = game.model(0).cost;
  const double c2 = game.model(1).cost;
  const StatedOptimum leave1{{0, 0}, 1, c1 + penalty * x.b1};
  const StatedOptimum leave2{{1, 0}, 1, c2 + penalty * x.b2};
  const StatedOptimum stay1{{0, 0}, 0, x.r1};
  const StatedOptimum stay2{{1, 0}, 0, x.r2};
  switch (signs(game)) {
    case Signs::kBothValue:
      return x.r1 <= x.r2 ? stay1 : stay2;
    case Signs::kBothLatency:
      return penalty * (game.model(1).success - game.model(0).success) > c2 - c1 ? leave2 : leave1;
    case Signs::kLatencyValue: {
      if (x.r1 >= x.r2) return penalty <= (x.r2 - c1) / x.b1 ? leave1 : stay2;
      const double s0 = stated_s0(game);
      const double worth = (c1 * (1 - s0) + s0 * x.r2) / (game.model(0).success + x.b1 * s0);
      if (penalty <= worth) return leave1;
      return {{0, s0}, 0, stated_staying_cost(game, s0)};
    }
    case Signs::kValueLatency:
      break;
  }
  const double sl = stated_sl(game);
  const StatedOptimum patient =
      x.r1 <= x.r2 ? stay1 : StatedOptimum{{0, sl}, 0, stated_staying_cost(game, sl)};
  const StatedOptimum threat{{0, 1}, 1, c1 + penalty * x.b1};
  return std::min({patient, threat, leave2},
                  [](const StatedOptimum& a, const StatedOptimum& b) { return a.cost < b.cost; });
}

double stated_preferred_utility(const Game& game) {
  const Symbols x(game);
  if (x.xi1 > 0 || x.xi2 > 0)
    return std::max(x.xi1 / game.model(0).success, x.xi2 / game.model(1).success);
  return std::max(x.xi1, x.xi2);
}

}  // namespace turnout::verification
