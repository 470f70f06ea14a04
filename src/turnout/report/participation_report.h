#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/participation_answer.h"

/// The policy for users who may stay away, and what their right to do so costs.
namespace turnout::report {

/// docs/schemas/solve.json, "turnout/solve-participation/1"
nlohmann::ordered_json participation_json(const analysis::ParticipationAnswer& answer);
/// Which way a policy is, without the numbers that it depends on: "mini to large, (1,s0)".
std::string way_to_play(const game::PaperPolicy& policy, const std::vector<std::string>& names);
/// A policy (i, s) on two models of several, and what it comes to.
nlohmann::ordered_json paper_policy_json(const game::PaperPolicy& policy,
                                         const std::vector<std::string>& names);
std::string participation_text(const analysis::ParticipationAnswer& answer);

}  // namespace turnout::report
