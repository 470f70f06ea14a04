#include "turnout/scenario/scenario_types.h"

namespace turnout::scenario {

bool has_types(const Scenario& scenario) {
  if (scenario.outcomes) return true;
  return scenario.difficulty &&
         (scenario.difficulty->sigma != 0 || scenario.difficulty->feedback != 0);
}

game::TaskTypes task_types(const Scenario& scenario, std::size_t depth) {
  if (scenario.outcomes) return game::TaskTypes::empirical(scenario.outcomes->rate);
  std::vector<double> first_try;
  for (std::size_t k = 0; k < scenario.game.size(); ++k)
    first_try.push_back(scenario.game.model(k).success);
  return game::TaskTypes::rasch(first_try, scenario.difficulty.value_or(game::Difficulty{}), depth);
}

}  // namespace turnout::scenario
