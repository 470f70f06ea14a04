#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/deployable_policy.h"
#include "turnout/game/paper_policy.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::analysis {

/// The best policy (i, s) for users who know it and may stay away, over all pairs of models.
/// docs/theory.md, section 24.
struct ParticipationAnswer {
  scenario::Scenario scenario;  ///< that was solved: numbers with intervals at their means
  game::PaperPolicy best;       ///< utilities with what users get elsewhere in them
  double margin = 0;            ///< RoundingOptions::margin
  /// The policy as it is printed; nothing if no policy that users come for is worth having.
  std::optional<DeployablePolicy> deployed;
  /// The best policy if they came whatever it was worth, as the paper has it.
  game::PaperPolicy if_they_came;
  /// Whether that is another way to play than the best.
  bool right_changes_policy = false;
  std::vector<std::string> notes;
};

/// @returns the answer; [difficulty] and [switching] are left out, with a note. kInvalidValue for a
///   margin out of range; kUnsupported naming the key for users who differ, who know more than the
///   policy, or whose patience depends on the attempt, and for a provider that does not commit.
///   Cost: N^2, microseconds.
/// @param scenario  its users may stay away (participates)
base::Result<ParticipationAnswer> participation_answer(scenario::Scenario scenario,
                                                       const RoundingOptions& options = {});

}  // namespace turnout::analysis
