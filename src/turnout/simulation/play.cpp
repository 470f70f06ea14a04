#include "turnout/simulation/play.h"

namespace turnout::simulation {

PlayedTask play(const game::Game& game, const game::Policy& policy, double abandon, std::uint64_t most_passes,
                base::Rng& rng) {
  PlayedTask task;
  std::size_t model = policy.start;
  for (std::uint64_t pass = 0; pass < most_passes; ++pass) {
    ++task.passes[model];
    if (rng.uniform() < game.model(model).success) {
      task.solved = true;
      return task;
    }
    if (rng.uniform() < abandon) return task;
    if (model == 0 && rng.uniform() < policy.cascade) model = 1;
  }
  task.cut_off = true;
  return task;
}

SimulatedPayoffs simulate(const game::Game& game, const game::Policy& policy, double abandon, std::size_t tasks,
                          std::uint64_t seed) {
  constexpr std::uint64_t kMostPasses = 1'000'000;
  SimulatedPayoffs result;
  base::Rng rng(seed);
  for (std::size_t i = 0; i < tasks; ++i) {
    const PlayedTask task = play(game, policy, abandon, kMostPasses, rng);
    double latency = 0;
    double cost = 0;
    for (std::size_t k = 0; k < game::Game::kModels; ++k) {
      const auto passes = static_cast<double>(task.passes[k]);
      latency += passes * game.model(k).latency;
      cost += passes * game.model(k).cost;
      result.passes[k].add(passes);
    }
    result.latency.add(latency);
    result.service_cost.add(cost);
    result.success.add(task.solved ? 1 : 0);
    result.provider_cost.add(cost + (task.solved ? 0 : game.churn_penalty()));
    result.user_utility.add((task.solved ? game.value() : 0) - game.value_of_time() * latency);
    if (task.cut_off) ++result.cut_off;
  }
  return result;
}

}  // namespace turnout::simulation
