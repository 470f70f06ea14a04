#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/plan_answer.h"

/// The optimal escalation plan of a scenario, and the best of each simpler class beside it.
namespace turnout::report {

/// docs/schemas/plan.json
nlohmann::ordered_json plan_json(const analysis::PlanAnswer& answer);
std::string plan_text(const analysis::PlanAnswer& answer);

/// @returns "mini x 3, then large until solved": a plan in one line.
std::string in_one_line(const game::EscalationPlan& plan, const std::vector<std::string>& names);

/// @returns "mini, each re-prompt to large for good with s = 0.3": a policy (i, s) in one line.
std::string in_one_line(const game::PaperPolicy& policy, const std::vector<std::string>& names);

/// Who serves attempt 1, 2, 3, ..., as a table with the plan's end in words, and as JSON.
std::string attempts_text(const game::EscalationPlan& plan, const std::vector<std::string>& names);
nlohmann::ordered_json steps_json(const game::EscalationPlan& plan,
                                  const std::vector<std::string>& names);
nlohmann::ordered_json certificate_json(const game::Certificate& certificate);

/// The models of a game of any size, as a table and as JSON.
std::string routing_game_text(const scenario::Scenario& scenario);
nlohmann::ordered_json routing_game_json(const scenario::Scenario& scenario);

}  // namespace turnout::report
