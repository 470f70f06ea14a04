#include "turnout/verification/markov_chain.h"

#include <array>

#include "turnout/numeric/linear_system.h"

namespace turnout::verification {
namespace {

using game::Game;

constexpr std::size_t kStates = Game::kModels;
using Numbers = std::array<double, kStates>;
using Matrix = std::array<Numbers, kStates>;

/// How a pass may end, branch by branch: the answer is right or wrong, the user accepts it or not;
/// who does not may have had enough, and else decides to leave or to re-prompt.
struct Branches {
  double solved;
  double mistaken;
  double left;
  double goes_on;

  Branches(const game::Model& model, double abandon) {
    const double right = model.success;
    const double wrong = 1 - model.success;
    solved = right * (1 - model.false_reject);
    mistaken = wrong * model.false_accept;
    const double rejected = right * model.false_reject + wrong * (1 - model.false_accept);
    left = rejected * (1 - model.patience) + rejected * model.patience * abandon;
    goes_on = rejected * model.patience * (1 - abandon);
  }
};

/// to[j][k]: probability that a pass on j is followed by one on k.
Matrix transitions(const std::array<Branches, kStates>& after, double cascade) {
  return {{{after[0].goes_on * (1 - cascade), after[0].goes_on * cascade}, {0, after[1].goes_on}}};
}

/// I - T, or its transpose.
Matrix less_identity(const Matrix& to, bool transposed) {
  Matrix result{};
  for (std::size_t j = 0; j < kStates; ++j) {
    for (std::size_t k = 0; k < kStates; ++k)
      result[transposed ? k : j][transposed ? j : k] = (j == k ? 1.0 : 0.0) - to[j][k];
  }
  return result;
}

/// Variance of the provider's cost: E[(step + rest)^2], where a rest follows only if the user goes
/// on.
double cost_variance(const Game& game, const std::array<Branches, kStates>& after, const Matrix& to,
                     const Numbers& mean_step, std::size_t start) {
  const double late = game.provider().late_churn.value_or(game.churn_penalty());
  const auto mean = numeric::solve_linear(less_identity(to, false), mean_step);
  Numbers square_step{};
  for (std::size_t k = 0; k < kStates; ++k) {
    const double cost = game.model(k).cost - game.model(k).price;
    const double left = cost + game.churn_penalty();
    square_step[k] = (after[k].solved + after[k].goes_on) * cost * cost +
                     after[k].mistaken * (cost + late) * (cost + late) +
                     after[k].left * left * left;
    for (std::size_t j = 0; j < kStates; ++j) square_step[k] += 2 * cost * to[k][j] * mean[j];
  }
  const auto square = numeric::solve_linear(less_identity(to, false), square_step);
  return square[start] - mean[start] * mean[start];
}

}  // namespace

ChainPayoffs chain_payoffs(const Game& game, const game::Policy& policy, double abandon) {
  const std::array<Branches, kStates> after = {Branches(game.model(0), abandon),
                                               Branches(game.model(1), abandon)};
  const Matrix to = transitions(after, policy.cascade);
  Numbers begin{};
  begin[policy.start] = 1;
  const auto passes = numeric::solve_linear(less_identity(to, true), begin);

  ChainPayoffs result;
  double spent = 0;
  double left = 0;
  Numbers mean_step{};  // expected cost of a pass, with the penalties for what it ends in
  const double late = game.provider().late_churn.value_or(game.churn_penalty());
  for (std::size_t k = 0; k < kStates; ++k) {
    const game::Model& model = game.model(k);
    mean_step[k] =
        model.cost - model.price + after[k].left * game.churn_penalty() + after[k].mistaken * late;
    result.provider_cost += mean_step[k] * passes[k];
    result.success += after[k].solved * passes[k];
    result.mistaken += after[k].mistaken * passes[k];
    left += after[k].left * passes[k];
    spent += (game.value_of_time() * model.latency + model.price) * passes[k];
  }
  // A solved task is worth V, one that he left v0, one that he took for solved -H.
  const double outside = game.user().outside;
  result.user_utility = game.value() * result.success + outside * left -
                        game.user().harm * result.mistaken - spent - outside;
  result.expected_utility = game.user().naive ? game.value() * (result.success + result.mistaken) +
                                                    outside * left - spent - outside
                                              : result.user_utility;
  result.cost_variance = cost_variance(game, after, to, mean_step, policy.start);
  return result;
}

}  // namespace turnout::verification
