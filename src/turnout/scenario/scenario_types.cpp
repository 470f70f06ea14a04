#include "turnout/scenario/scenario_types.h"

#include <algorithm>
#include <cmath>

#include "turnout/game/belief_plan.h"

namespace turnout::scenario {

bool has_types(const Scenario& scenario) {
  if (scenario.outcomes) return true;
  return scenario.difficulty &&
         (scenario.difficulty->spread() != 0 || scenario.difficulty->feedback != 0);
}

std::size_t deepest(const Scenario& scenario) {
  if (scenario.outcomes || !scenario.difficulty) return game::kDeepest;
  return game::TaskTypes::deepest(scenario.game.size(), *scenario.difficulty);
}

std::size_t deepest_of_many(const Scenario& scenario, const std::vector<Uncertainty>& uncertain) {
  if (scenario.outcomes || !scenario.difficulty) return game::kDeepest;
  game::Difficulty widest = *scenario.difficulty;
  for (const Uncertainty& u : uncertain) {
    if (u.difficulty != nullptr) widest.*u.difficulty = std::max(std::abs(u.low), std::abs(u.high));
  }
  return game::TaskTypes::deepest(scenario.game.size(), widest, game::TaskTypes::kMostRowsOfMany);
}

game::TaskTypes task_types(const Scenario& scenario, std::size_t depth) {
  if (scenario.outcomes) return game::TaskTypes::empirical(scenario.outcomes->rate);
  return task_types(scenario.game, scenario.difficulty.value_or(game::Difficulty{}), depth);
}

std::vector<game::Rejections> rejections_of(const game::RoutingGame& game) {
  std::vector<game::Rejections> rejections;
  for (std::size_t k = 0; k < game.size(); ++k)
    rejections.push_back({game.model(k).false_reject, 1 - game.model(k).false_accept});
  return rejections;
}

game::TaskTypes task_types(const game::RoutingGame& game, const game::Difficulty& difficulty,
                           std::size_t depth, std::span<const game::OwnFailureTable> tables) {
  std::vector<double> first_try;
  for (std::size_t k = 0; k < game.size(); ++k) first_try.push_back(game.model(k).success);
  return game::TaskTypes::rasch(first_try, difficulty, depth, rejections_of(game), tables);
}

}  // namespace turnout::scenario
