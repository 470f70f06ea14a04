#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/population_answer.h"

/// The policy for a population of users, and what it costs to serve them by one policy.
namespace turnout::report {

/// docs/schemas/solve.json, "turnout/solve-population/1"
nlohmann::ordered_json population_json(const analysis::PopulationAnswer& answer);
std::string population_text(const analysis::PopulationAnswer& answer);

}  // namespace turnout::report
