#include "turnout/game/throttling.h"

#include <algorithm>

namespace turnout::game {
namespace {

/// The latency at which a pass is just worth nothing to the user as he sees it; below 0 if it is
/// not worth its price.
double slowest_borne(const Game& game, std::size_t k) {
  Model instant = game.model(k);
  instant.latency = 0;
  return pass_terms(game.user(), game.provider(), instant).net_value / game.value_of_time();
}

}  // namespace

Candidate leaving(const Game& game, std::size_t k) {
  const Policy policy{k, 0};
  return {k == 0 ? Route::kFirstLeave : Route::kSecondLeave, policy, 1, evaluate(game, policy, 1)};
}

Throttling throttling(const Game& game, const Equilibrium& equilibrium, double margin) {
  const Candidate& best = equilibrium.best();
  Throttling result;
  result.cost = best.payoffs.provider_cost;
  for (std::size_t k = 0; k < Game::kModels; ++k) result.latencies[k] = game.model(k).latency;
  const Primitives<double> primitives(game);
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    // Far from a gain a rough cost decides.
    const PassTerms& pass = primitives.model[k];
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
  double& served = result.latencies[result.model];
  served = std::max(served, slowest_borne(game, result.model) * (1 + margin));
  Model slow = game.model(result.model);
  slow.latency = served;
  result.user_loss =
      best.payoffs.user_utility - pass_terms(game.user(), game.provider(), slow).worth;
  return result;
}

}  // namespace turnout::game
