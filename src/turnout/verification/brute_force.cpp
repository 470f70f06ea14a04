#include "turnout/verification/brute_force.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "turnout/verification/random_games.h"

namespace turnout::verification {

using game::Game;
using game::Policy;

FoundResponse search_response(const Game& game, const Policy& policy) {
  constexpr int kPoints = 64;
  const auto at = [&](double q) { return FoundResponse{q, chain_payoffs(game, policy, q)}; };
  FoundResponse best = at(0);
  for (int i = 1; i <= kPoints; ++i) {
    const FoundResponse tried = at(static_cast<double>(i) / kPoints);
    if (tried.payoffs.expected_utility > best.payoffs.expected_utility) best = tried;
  }
  constexpr double kGolden = 0.6180339887498949;
  double low = std::max(0.0, best.abandon - 1.0 / kPoints);
  double high = std::min(1.0, best.abandon + 1.0 / kPoints);
  while (high - low > 1e-9) {
    const FoundResponse a = at(high - kGolden * (high - low));
    const FoundResponse b = at(low + kGolden * (high - low));
    (a.payoffs.expected_utility >= b.payoffs.expected_utility ? high : low) =
        a.payoffs.expected_utility >= b.payoffs.expected_utility ? b.abandon : a.abandon;
    const FoundResponse& better = a.payoffs.expected_utility >= b.payoffs.expected_utility ? a : b;
    if (better.payoffs.expected_utility > best.payoffs.expected_utility) best = better;
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

namespace {

/// Passes on a model from which the user does not leave of his own will.
double most_passes(const game::Model& model) {
  const double rejected =
      model.success * model.false_reject + (1 - model.success) * (1 - model.false_accept);
  const double accepted =
      model.success * (1 - model.false_reject) + (1 - model.success) * model.false_accept;
  return 1 / (accepted + (1 - model.patience) * rejected);
}

}  // namespace

double cost_scale(const Game& game) {
  double scale = std::max(game.churn_penalty(), game.provider().late_churn.value_or(0));
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const game::Model& model = game.model(k);
    scale += (std::abs(model.cost) + model.price) * most_passes(model);
  }
  return scale;
}

double utility_scale(const Game& game) {
  double scale = game.value() + game.user().outside + game.user().harm;
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const game::Model& model = game.model(k);
    scale += (game.value_of_time() * model.latency + model.price) * most_passes(model);
  }
  return scale;
}

double response_deviation(const Game& game, const Policy& policy, double abandon) {
  const double found = search_response(game, policy).payoffs.expected_utility;
  return std::max(0.0, found - chain_payoffs(game, policy, abandon).expected_utility) /
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

double payoff_deviation(const Game& game, base::Rng& rng) {
  const Play p = random_play(rng);
  const auto chain = chain_payoffs(game, p.policy, p.abandon);
  const auto formula = game::evaluate(game, p.policy, p.abandon);
  return std::max({std::abs(chain.provider_cost - formula.provider_cost) / cost_scale(game),
                   std::abs(chain.user_utility - formula.user_utility) / utility_scale(game),
                   std::abs(chain.success - formula.success)});
}

namespace {

Game with_latency(const Game& game, std::size_t k, double latency) {
  return game.with({game::Quantity::kLatency, k}, latency).value();
}

/// The latency at which a pass is worth nothing to the user: what an instant one is worth, in time.
double slowest_borne(const Game& game, std::size_t k) {
  return chain_payoffs(with_latency(game, k, 0), {k, 0}, 1).expected_utility / game.value_of_time();
}

}  // namespace

double search_throttled_cost(const Game& game, std::size_t shares) {
  constexpr std::array kFactors = {0.0, 0.3, 0.7, 0.95, 1.001, 1.5, 4.0};
  const std::array<double, Game::kModels> limits = {slowest_borne(game, 0), slowest_borne(game, 1)};
  double least = std::numeric_limits<double>::infinity();
  for (const double f1 : kFactors) {
    for (const double f2 : kFactors) {
      const Game slow =
          with_latency(with_latency(game, 0, std::max(game.model(0).latency, f1 * limits[0])), 1,
                       std::max(game.model(1).latency, f2 * limits[1]));
      least = std::min(least, search_optimum(slow, shares)->response.payoffs.provider_cost);
    }
  }
  return least;
}

}  // namespace turnout::verification
