#include <algorithm>
#include <cmath>

#include "turnout/simulation/play.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/random_games.h"

namespace turnout::verification {
namespace {

using game::Game;

/// Standard errors between a simulated mean and a number. Rare events that were not seen count as
/// seen once.
double errors_off(const numeric::Sample& sample, double expected, double scale) {
  const double floor = scale / static_cast<double>(sample.count());
  return std::abs(sample.mean() - expected) / std::max(sample.standard_error(), floor);
}

double simulated_deviation(const Game& game, base::Rng& rng) {
  constexpr std::size_t kTasks = 4000;
  const Play p = random_play(rng);
  const auto seen = simulation::simulate(game, p.policy, p.abandon, kTasks, rng.next());
  const auto expected = game::evaluate(game, p.policy, p.abandon);
  const double money = cost_scale(game);
  const double worth = utility_scale(game);
  return std::max({errors_off(seen.provider_cost, expected.provider_cost, money),
                   errors_off(seen.user_utility, expected.user_utility, worth),
                   errors_off(seen.success, expected.success, 1),
                   errors_off(seen.latency, expected.latency, worth),
                   errors_off(seen.service_cost, expected.service_cost, money)});
}

double linearity_deviation(const Game& game, base::Rng& rng) {
  const Play p = random_play(rng);
  const auto chain = chain_payoffs(game, p.policy, p.abandon);
  const game::Primitives<double> primitives(game);
  const auto n = game::expected_visits(primitives, p.policy.start, p.policy.cascade, p.abandon);
  double utility = 0;
  double cost = game.churn_penalty();
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    const game::Model& m = game.model(k);
    utility += (game.value() * m.success - game.value_of_time() * m.latency) * n[k];
    cost += (m.cost - game.churn_penalty() * m.success) * n[k];
  }
  return std::max(std::abs(chain.provider_cost - cost) / cost_scale(game),
                  std::abs(chain.user_utility - utility) / utility_scale(game));
}

}  // namespace

std::vector<Statement> payoff_statements() {
  constexpr std::size_t kSlow = 5;
  return {
      judged({"M1", "theory 1",
              "U = sum xi_k n_k and J = P + sum eta_k n_k: both payoffs are linear in the expected "
              "passes",
              Known::kHolds, ""},
             {draw_in_any_order}, linearity_deviation, 1e-11,
             "relative, against the Markov chain, at random (i,s) and q"),
      judged({"M2", "theory 2", "n1 = 1/D1, n2 = b1 s a/(D1 D2) from M1, n2 = 1/D2 from M2",
              Known::kHolds, ""},
             {draw_in_any_order}, payoff_deviation, 1e-11,
             "relative, J, U and S against the Markov chain"),
      judged({"M3", "theory 10", "Users simulated pass by pass have these J, U, S, L and C",
              Known::kHolds, ""},
             {draw_in_any_order}, simulated_deviation, 6,
             "standard errors, 4000 tasks a game, five means", kSlow),
  };
}

}  // namespace turnout::verification
