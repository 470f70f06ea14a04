#include "turnout/verification/brute_force.h"

#include <algorithm>
#include <cmath>

namespace turnout::verification {

using game::Game;
using game::Policy;

FoundResponse search_response(const Game& game, const Policy& policy) {
  constexpr int kPoints = 64;
  const auto at = [&](double q) { return FoundResponse{q, chain_payoffs(game, policy, q)}; };
  FoundResponse best = at(0);
  for (int i = 1; i <= kPoints; ++i) {
    const FoundResponse tried = at(static_cast<double>(i) / kPoints);
    if (tried.payoffs.user_utility > best.payoffs.user_utility) best = tried;
  }
  constexpr double kGolden = 0.6180339887498949;
  double low = std::max(0.0, best.abandon - 1.0 / kPoints);
  double high = std::min(1.0, best.abandon + 1.0 / kPoints);
  while (high - low > 1e-9) {
    const FoundResponse a = at(high - kGolden * (high - low));
    const FoundResponse b = at(low + kGolden * (high - low));
    (a.payoffs.user_utility >= b.payoffs.user_utility ? high : low) =
        a.payoffs.user_utility >= b.payoffs.user_utility ? b.abandon : a.abandon;
    const FoundResponse& better = a.payoffs.user_utility >= b.payoffs.user_utility ? a : b;
    if (better.payoffs.user_utility > best.payoffs.user_utility) best = better;
  }
  return best;
}

std::optional<FoundOptimum> search_optimum(const Game& game, std::size_t shares,
                                           std::optional<double> least_utility) {
  std::optional<FoundOptimum> best;
  const auto consider = [&](const Policy& policy) {
    const FoundResponse response = search_response(game, policy);
    if (least_utility && response.payoffs.user_utility < *least_utility) return;
    if (!best || response.payoffs.provider_cost < best->response.payoffs.provider_cost)
      best = {policy, response};
  };
  for (std::size_t i = 0; i < shares; ++i) {
    consider({0, static_cast<double>(i) / static_cast<double>(shares - 1)});
  }
  consider({1, 0});
  return best;
}

double cost_scale(const Game& game) {
  return game.churn_penalty() + std::abs(game.model(0).cost / game.model(0).success) +
         std::abs(game.model(1).cost / game.model(1).success);
}

double utility_scale(const Game& game) {
  return game.value() + game.value_of_time() * (game.model(0).latency / game.model(0).success +
                                                game.model(1).latency / game.model(1).success);
}

double response_deviation(const Game& game, const Policy& policy, double abandon) {
  const double found = search_response(game, policy).payoffs.user_utility;
  return std::max(0.0, found - chain_payoffs(game, policy, abandon).user_utility) /
         utility_scale(game);
}

double optimum_deviation(const Game& game, const Policy& policy, double abandon,
                         double provider_cost, std::size_t shares) {
  const double own_cost = chain_payoffs(game, policy, abandon).provider_cost;
  const double found = search_optimum(game, shares)->response.payoffs.provider_cost;
  const double beaten_by = std::max(0.0, provider_cost - found) / cost_scale(game);
  const double misstated_by = std::abs(provider_cost - own_cost) / cost_scale(game);
  return std::max({beaten_by, misstated_by, response_deviation(game, policy, abandon)});
}

}  // namespace turnout::verification
