#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/game/plan_classes.h"
#include "turnout/scenario/scenario.h"

/// The optimal escalation plan of a scenario, and the best of each simpler class beside it.
namespace turnout::report {

struct PlanAnswer {
  game::PlanClasses classes;
  std::optional<std::size_t> depth;  ///< nothing: as many attempts as the user cares for
};

nlohmann::ordered_json plan_json(const scenario::Scenario& scenario, const PlanAnswer& answer);
std::string plan_text(const scenario::Scenario& scenario, const PlanAnswer& answer);

/// @returns "mini x 3, then large until solved": a plan in one line.
std::string in_one_line(const game::EscalationPlan& plan, const std::vector<std::string>& names);

/// The models of a game of any size, as a table and as JSON.
std::string routing_game_text(const scenario::Scenario& scenario);
nlohmann::ordered_json routing_game_json(const scenario::Scenario& scenario);

}  // namespace turnout::report
