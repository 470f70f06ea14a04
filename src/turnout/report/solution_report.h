#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/solve_answer.h"

/// The equilibrium of a scenario, as text and as JSON, with the same numbers in both.
namespace turnout::report {

std::string solution_text(const analysis::SolveAnswer& answer);
/// docs/schemas/solve.json, "turnout/solve/1"
nlohmann::ordered_json solution_json(const analysis::SolveAnswer& answer);

/// @returns what a route means for these models, in words: "every attempt goes to mini; the user
///   never leaves"; s as deployable_policy() rounds it.
std::string in_words(const game::Candidate& candidate, const scenario::TwoModelScenario& scenario);

/// @returns the same of a route that plays one model at a time, so that its words need no numbers.
std::string in_words(game::Route route, const std::array<std::string, 2>& names);

/// @returns a line with the policy as `simulate --policy` takes it, quoted for a shell, and where
///   rounding or a margin costs much, a second one that says so.
std::string deployed_text(const analysis::DeployablePolicy& deployed);

/// @returns the policy that is deployed, and what it comes to.
nlohmann::ordered_json deployed_json(const analysis::DeployablePolicy& deployed, double margin);

/// @returns the game's parameters as JSON, as every report begins.
nlohmann::ordered_json game_json(const scenario::TwoModelScenario& scenario);

/// @returns the game's parameters and the net value and cost-of-pass of each model, as text.
std::string game_text(const scenario::TwoModelScenario& scenario);

/// @returns the thresholds that a game has, as an object with s0 or with sL and sH.
nlohmann::ordered_json thresholds_json(const game::Thresholds& at);

/// @returns policy, response and payoffs of a candidate.
nlohmann::ordered_json candidate_json(const game::Candidate& candidate);

/// @returns JSON text, two spaces deep, with a final newline; bytes that are not UTF-8 become
///   U+FFFD.
std::string to_text(const nlohmann::ordered_json& json);

}  // namespace turnout::report
