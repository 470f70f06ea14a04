#pragma once

#include <optional>
#include <span>
#include <string>

#include "turnout/game/escalation_plan.h"
#include "turnout/game/paper_policy.h"
#include "turnout/policy/policy.h"

/// From what is computed to what is served: plans and policies of the game as policies that decide()
/// plays and simulate, evaluate and a gateway read.
namespace turnout::analysis {

/// @returns the plan as a policy, to the last bit of its lotteries. What is on offer behind the attempt
///   after which the user leaves is in it: it is what makes him leave, with switching costs the chain
///   of models that is worst for him. kUnsupported where a plan is longer than
///   policy::kMostAttempts.
/// @param game  the game that the plan is of
/// @param names  of its models
base::Result<policy::Policy> compiled_policy(const game::EscalationPlan& plan,
                                             const game::RoutingGame& game,
                                             std::span<const std::string> names);

/// @returns the plan as it is to be deployed: the same, but that a lottery has six decimals, and the
///   model that keeps the user gets at most 1e-6 more than the plan says. He is promised a little more
///   than nothing where the plan promises him just nothing, and each lottery costs at most 1e-6 of the
///   difference between its two models more. Errors of compiled_policy().
base::Result<policy::Policy> deployable_policy(const game::EscalationPlan& plan,
                                               const game::RoutingGame& game,
                                               std::span<const std::string> names);

/// @returns the text of deployable_policy(), as simulate --policy reads it.
base::Result<std::string> policy_text_of(const game::EscalationPlan& plan,
                                         const game::RoutingGame& game,
                                         std::span<const std::string> names);

/// @returns the paper's (i, s) on two of the models, as a policy. Its s as it is: see
///   deployable_policy.h for one that is rounded to the safe side.
policy::Policy compiled_policy(const game::PaperPolicy& paper, std::span<const std::string> names);

/// @returns the paper's (i, s) that a policy on two models is: always one of them, or a cascade from
///   the first to the second; nothing for other policies.
std::optional<game::Policy> paper_policy(const policy::Policy& policy);

}  // namespace turnout::analysis
