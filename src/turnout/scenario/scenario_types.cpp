#include "turnout/scenario/scenario_types.h"

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

game::TaskTypes task_types(const Scenario& scenario, std::size_t depth) {
  if (scenario.outcomes) return game::TaskTypes::empirical(scenario.outcomes->rate);
  std::vector<double> first_try;
  std::vector<game::Rejections> rejections;
  for (std::size_t k = 0; k < scenario.game.size(); ++k) {
    const game::Model& model = scenario.game.model(k);
    first_try.push_back(model.success);
    rejections.push_back({model.false_reject, 1 - model.false_accept});
  }
  return game::TaskTypes::rasch(first_try, scenario.difficulty.value_or(game::Difficulty{}), depth,
                                rejections);
}

}  // namespace turnout::scenario
