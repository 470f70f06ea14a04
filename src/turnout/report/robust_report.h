#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/game/robust_policy.h"
#include "turnout/scenario/scenario_scope.h"

/// The policy for a game that is not known exactly.
namespace turnout::report {

struct Robust {
  scenario::TwoModelScenario mean;
  std::vector<scenario::Uncertainty> uncertain;
  std::vector<game::Game> draws;
  game::RobustAnswer answer;
};

nlohmann::ordered_json robust_json(const Robust& robust);
std::string robust_text(const Robust& robust);

}  // namespace turnout::report
