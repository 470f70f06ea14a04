#include "turnout/game/throttling.h"

#include <algorithm>

#include "turnout/game/pass_terms.h"

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
    const PassTerms pass = pass_terms(game.user(), game.provider(), game.model(k));
    const double rough = pass.net_cost + game.churn_penalty() * pass.goes_on;
    if (rough >= best.payoffs.provider_cost * (1 + 1e-12) && rough > 0) continue;
    const Candidate leave = leaving(game, k);
    const double gain = cost_gap(game, best, leave);
    if (gain <= result.gain) continue;
    result.gain = gain;
    result.cost = leave.payoffs.provider_cost;
    result.model = k;
  }
  if (result.gain == 0) return result;
  const PassTerms pass = pass_terms(game.user(), game.provider(), game.model(result.model));
  const double slowest_borne = pass.latency + pass.net_value / game.value_of_time();
  double& served = result.latencies[result.model];
  served = std::max(served, slowest_borne * (1 + margin));
  const double worth = pass.worth - game.value_of_time() * (served - pass.latency);
  result.user_loss = best.payoffs.user_utility - game.user().outside - worth;
  return result;
}

}  // namespace turnout::game
