#pragma once

#include <vector>

#include "turnout/base/rng.h"
#include "turnout/game/routing_game.h"

/// Random games of any number of models.
namespace turnout::game {

inline RoutingGame random_game(base::Rng& rng, std::size_t models, double least_success = 0.1,
                               double most_success = 0.9) {
  std::vector<Model> all;
  for (std::size_t k = 0; k < models; ++k) {
    all.push_back(
        {rng.uniform(least_success, most_success), rng.exponential(1), rng.exponential(1)});
  }
  return RoutingGame::make({rng.exponential(3), 1}, {rng.exponential(3)}, all).value();
}

/// The same with prices and, in half of the games, with users who are impatient, misjudge answers,
/// decide naively or have something elsewhere.
inline RoutingGame any_game(base::Rng& rng, std::size_t models, double least_success = 0.1,
                            double most_success = 0.9) {
  const RoutingGame plain = random_game(rng, models, least_success, most_success);
  if (rng.uniform() < 0.3) return plain;
  std::vector<Model> all;
  const double patience = rng.uniform(0.6, 1);
  const bool judges = rng.uniform() < 0.5;
  for (std::size_t k = 0; k < models; ++k) {
    Model model = plain.model(k);
    model.price = rng.uniform() < 0.3 ? rng.uniform() : 0;
    model.patience = rng.uniform() < 0.7 ? patience : rng.uniform(0.2, 1);
    if (judges) model.false_accept = rng.uniform(0, 0.4);
    if (judges) model.false_reject = rng.uniform(0, 0.3);
    all.push_back(model);
  }
  User user = plain.user();
  Provider provider = plain.provider();
  user.outside = rng.uniform() < 0.3 ? rng.uniform(0, user.value) : 0;
  user.harm = rng.exponential(1);
  user.naive = rng.uniform() < 0.3;
  if (rng.uniform() < 0.5) provider.late_churn = rng.exponential(3);
  return RoutingGame::make(user, provider, all).value();
}

}  // namespace turnout::game
