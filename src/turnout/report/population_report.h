#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/game/population.h"
#include "turnout/scenario/scenario_scope.h"

/// The policy for a population of users, and what it costs to serve them by one policy.
namespace turnout::report {

/// A two-model scenario whose users differ.
struct Population {
  scenario::TwoModelScenario scenario;
  std::vector<game::PopulationPart> parts;
};

nlohmann::ordered_json population_json(const Population& population);
std::string population_text(const Population& population);

}  // namespace turnout::report
