#include "turnout/simulation/play.h"

#include "turnout/simulation/pair_traffic.h"

namespace turnout::simulation {
namespace {

/// What is certain takes no luck.
bool happens(double probability, base::Rng& rng) {
  if (probability <= 0 || probability >= 1) return probability > 0;
  return rng.uniform() < probability;
}

}  // namespace

PlayedTask play(const game::Game& game, const game::Policy& policy, double abandon,
                std::uint64_t most_passes, base::Rng& rng) {
  PlayedTask task;
  std::size_t model = policy.start;
  for (std::uint64_t pass = 0; pass < most_passes; ++pass) {
    ++task.passes[model];
    if (happens(game.model(model).success, rng)) {
      task.solved = true;
      return task;
    }
    if (happens(abandon, rng)) return task;
    if (model == 0 && happens(policy.cascade, rng)) model = 1;
  }
  task.cut_off = true;
  return task;
}

SimulatedPayoffs simulate(const game::Game& game, const game::Policy& policy, double abandon,
                          std::size_t tasks, std::uint64_t seed) {
  return payoffs_of(play_pair(game, policy, abandon, tasks, seed), game);
}

}  // namespace turnout::simulation
