#pragma once

#include <string>
#include <vector>

#include "turnout/scenario/scenario_scope.h"

namespace turnout::analysis {

/// A scenario taken as a game of two models, users who know the policy. Of more models the two of
/// the best policy (i, s).
struct PaperScenario {
  scenario::TwoModelScenario scenario;
  /// What was simplified to make it one, a sentence each, for the reader of the answer.
  std::vector<std::string> notes;
  bool may_stay_away = false;  ///< whether users do where a policy is not worth coming for
};

/// @returns the scenario as a game of two models: numbers with intervals at their means,
///   [difficulty] and [switching] left out, models beyond two left out, each with a note;
///   kUnsupported naming the key for what else goes beyond it (scenario::paper_game()).
/// @param verb     who asks, for messages
/// @param besides  what the verb does besides; its numbers are in the scenario, not in the answer
base::Result<PaperScenario> paper_scenario(scenario::Scenario scenario, const std::string& verb,
                                           scenario::Besides besides = scenario::Besides::kNothing);

/// A scenario of any number of models whose users know the policy.
struct PolicyScenario {
  scenario::Scenario scenario;
  game::RoutingGame if_they_came;  ///< the game if users came whatever a policy is worth to them
  std::vector<std::string> notes;
};

/// @returns the same without leaving models out; users may stay away. kUnsupported naming the key
///   for users who differ, know more than the policy, or whose patience depends on the attempt,
///   and for a provider that does not commit.
base::Result<PolicyScenario> policy_scenario(scenario::Scenario scenario, const std::string& verb);

/// Puts numbers with intervals at their means.
/// @returns the note that says so, and where they count if a verb takes the whole scenario with
///   them; nothing if all numbers are plain. kUnsupported for a range, which has no mean
///   (scenario::check_has_no_ranges()).
base::Result<std::vector<std::string>> take_means(scenario::Scenario& scenario);

}  // namespace turnout::analysis
