#pragma once

#include <string>
#include <vector>

#include "turnout/scenario/scenario_scope.h"

namespace turnout::analysis {

/// A scenario taken as a game of two models, users who know the policy. Of more models the two of the
/// best policy (i, s).
struct PaperScenario {
  scenario::TwoModelScenario scenario;
  /// What was simplified to make it one, a sentence each, for the reader of the answer.
  std::vector<std::string> notes;
};

/// @returns the scenario as a game of two models: numbers with intervals at their means, [difficulty]
///   and [switching] left out, models beyond two left out, each with a note; kUnsupported naming the
///   key for what else goes beyond it (scenario::paper_game()).
/// @param verb     who asks, for messages
/// @param besides  what the verb does besides; its numbers are in the scenario, not in the answer
base::Result<PaperScenario> paper_scenario(scenario::Scenario scenario, const std::string& verb,
                                           scenario::Besides besides = scenario::Besides::kNothing);

/// Puts numbers with intervals at their means.
/// @returns the note that says so, and where they count if a verb takes the whole scenario with
///   them; nothing if all numbers are plain. kUnsupported for a range, which has no mean
///   (scenario::check_has_no_ranges()).
base::Result<std::vector<std::string>> take_means(scenario::Scenario& scenario);

}  // namespace turnout::analysis
