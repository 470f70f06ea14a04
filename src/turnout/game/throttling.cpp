#include "turnout/game/throttling.h"

#include <algorithm>

namespace turnout::game {

Throttling throttling(const Game& game, const Equilibrium& equilibrium, double margin) {
  const Candidate& best = equilibrium.best();
  Throttling result;
  result.cost = best.payoffs.provider_cost;
  for (std::size_t k = 0; k < Game::kModels; ++k) result.latencies[k] = game.model(k).latency;
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const Route route = k == 0 ? Route::kFirstLeave : Route::kSecondLeave;
    const Policy policy{k, 0};
    const Candidate leave{route, policy, 1, evaluate(game, policy, 1)};
    // Far from a gain a double decides; the 31 digits are for the gain itself.
    if (leave.payoffs.provider_cost >= result.cost * (1 + 1e-12) && result.cost > 0) continue;
    const double gain = gap_between(game, best, leave).cost;
    if (gain <= result.gain) continue;
    result.gain = gain;
    result.cost = leave.payoffs.provider_cost;
    result.model = k;
  }
  if (result.gain == 0) return result;
  const double slowest_borne = game.value() * game.model(result.model).success / game.value_of_time();
  double& served = result.latencies[result.model];
  served = std::max(served, slowest_borne * (1 + margin));
  result.user_loss = best.payoffs.user_utility -
                     net_value(game.value(), game.model(result.model).success, game.value_of_time(), served);
  return result;
}

}  // namespace turnout::game
