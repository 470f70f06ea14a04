#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// What a gateway says of its policies (docs/schemas/policies.json), for people.
namespace turnout::report {

/// @returns the policy in force, what is proposed instead and why, what the control loop said last, and
///   the latest entries of the history. What is missing or of another type is left out.
std::string policies_text(const nlohmann::ordered_json& policies);

/// @returns what would change if the proposal came into force: who serves which attempt, now and then,
///   and what is expected of it; empty if there is no proposal.
std::string proposal_text(const nlohmann::ordered_json& policies);

}  // namespace turnout::report
