#include "turnout/verification/markov_chain.h"

#include <array>

#include "turnout/numeric/linear_system.h"

namespace turnout::verification {

using game::Game;

ChainPayoffs chain_payoffs(const Game& game, const game::Policy& policy, double abandon) {
  constexpr std::size_t kStates = Game::kModels;
  const std::array<double, kStates> fail = {1 - game.model(0).success, 1 - game.model(1).success};
  const double stay = 1 - abandon;
  // to[j][k]: probability that a pass on j is followed by one on k.
  const std::array<std::array<double, kStates>, kStates> to = {
      {{fail[0] * stay * (1 - policy.cascade), fail[0] * stay * policy.cascade},
       {0, fail[1] * stay}}};
  std::array<std::array<double, kStates>, kStates> forward{};
  std::array<std::array<double, kStates>, kStates> backward{};
  for (std::size_t j = 0; j < kStates; ++j) {
    for (std::size_t k = 0; k < kStates; ++k) {
      backward[j][k] = (j == k ? 1.0 : 0.0) - to[j][k];
      forward[k][j] = backward[j][k];
    }
  }
  std::array<double, kStates> begin{};
  begin[policy.start] = 1;
  const auto passes = numeric::solve_linear(forward, begin);

  ChainPayoffs result;
  double latency = 0;
  // expected cost of a pass, with the penalty if the user leaves after it
  std::array<double, kStates> mean_step{};
  for (std::size_t k = 0; k < kStates; ++k) {
    mean_step[k] = game.model(k).cost + fail[k] * abandon * game.churn_penalty();
    result.provider_cost += mean_step[k] * passes[k];
    result.success += game.model(k).success * passes[k];
    latency += game.model(k).latency * passes[k];
  }
  result.user_utility = game.value() * result.success - game.value_of_time() * latency;

  // Second moment of the cost to go: E[(step + rest)^2], where a rest follows only if the user
  // stays.
  const auto mean = numeric::solve_linear(backward, mean_step);
  std::array<double, kStates> square_step{};
  for (std::size_t k = 0; k < kStates; ++k) {
    const double cost = game.model(k).cost;
    const double left = cost + game.churn_penalty();
    const double leave = fail[k] * abandon;
    square_step[k] = (1 - leave) * cost * cost + leave * left * left;
    for (std::size_t j = 0; j < kStates; ++j) square_step[k] += 2 * cost * to[k][j] * mean[j];
  }
  const auto square = numeric::solve_linear(backward, square_step);
  result.cost_variance = square[policy.start] - mean[policy.start] * mean[policy.start];
  return result;
}

}  // namespace turnout::verification
