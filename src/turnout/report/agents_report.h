#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "turnout/simulation/agents.h"

/// What simulated users did, beside what was to be expected.
namespace turnout::report {

struct PlayedPolicy {
  std::string policy;
  simulation::AgentPayoffs payoffs;
  std::optional<simulation::ExpectedPayoffs> expected;  ///< of a deterministic policy
};

nlohmann::ordered_json agents_json(const std::vector<PlayedPolicy>& played,
                                   const std::optional<simulation::AgentPayoffs>& difference);
/// @param difference  of two policies, second less first, task by task
std::string agents_text(const std::vector<PlayedPolicy>& played,
                        const std::optional<simulation::AgentPayoffs>& difference);

}  // namespace turnout::report
