#pragma once

#include <string>
#include <vector>

#include "turnout/analysis/simulate_answer.h"

namespace turnout::analysis {

/// @returns the users and models that are played, under no policy yet; kUnsupported naming the key that
///   is not played, kInvalidValue naming the drift or the line of the file that is wrong.
base::Result<simulation::Setting> simulated_setting(const scenario::Scenario& scenario,
                                                    const SimulateOptions& options);

/// @returns the setting's users under some policies; kInvalidValue naming the one that is none.
base::Result<simulation::Agents> simulated_users(simulation::Setting setting,
                                                 const std::vector<std::string>& policies);

}  // namespace turnout::analysis
