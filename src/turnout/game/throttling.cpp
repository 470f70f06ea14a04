#include "turnout/game/throttling.h"

#include <algorithm>

namespace turnout::game {

Candidate leaving(const Game& game, std::size_t k) {
  const Policy policy{k, 0};
  return {k == 0 ? Route::kFirstLeave : Route::kSecondLeave, policy, 1, evaluate(game, policy, 1)};
}

Throttling throttling(const Game& game, const Equilibrium& equilibrium, double margin) {
  const Candidate& best = equilibrium.best();
  Throttling result;
  result.cost = best.payoffs.provider_cost;
  for (std::size_t k = 0; k < Game::kModels; ++k) result.latencies[k] = game.model(k).latency;
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    // Far from a gain a rough cost decides.
    const double rough = game.model(k).cost + game.churn_penalty() * (1 - game.model(k).success);
    if (rough >= best.payoffs.provider_cost * (1 + 1e-12) && rough > 0) continue;
    const Candidate leave = leaving(game, k);
    const double gain = cost_gap(game, best, leave);
    if (gain <= result.gain) continue;
    result.gain = gain;
    result.cost = leave.payoffs.provider_cost;
    result.model = k;
  }
  if (result.gain == 0) return result;
  const double slowest_borne =
      game.value() * game.model(result.model).success / game.value_of_time();
  double& served = result.latencies[result.model];
  served = std::max(served, slowest_borne * (1 + margin));
  result.user_loss =
      best.payoffs.user_utility -
      net_value(game.value(), game.model(result.model).success, game.value_of_time(), served);
  return result;
}

}  // namespace turnout::game
