#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/parameter_reach.h"
#include "turnout/game/decision_rule.h"
#include "turnout/scenario/scenario.h"

namespace turnout::analysis {

/// Why the best policy (i, s) of any number of models is what it is, and how firmly.
struct PolicyExplainAnswer {
  static constexpr std::size_t kMostModels = 12;

  scenario::Scenario scenario;
  game::PaperPolicy best;  ///< utilities with what users get elsewhere in them
  /// The best policy if users came whatever it is worth to them, where it is another one.
  std::optional<game::PaperPolicy> if_they_came;
  /// The rule by which the two models of the best policy are played; nothing where one model
  /// serves, or users would stay away from the best policy and another one is played.
  std::optional<game::DecisionRule> rule;
  std::vector<ParameterReach<game::PaperPolicy>> reaches;
  std::optional<NearestChange> nearest;  ///< nothing: no single parameter changes the policy
  std::vector<std::string> notes;
};

/// @returns the answer. [difficulty] and [switching] are left out, with a note; kUnsupported
///   naming the key for users who differ, know more than the policy, or whose patience is a list
///   by attempt, for a provider that does not commit, and for more than kMostModels models.
/// Cost: game::sensitivities(), 0.04 s for four models, 3 s for twelve.
base::Result<PolicyExplainAnswer> policy_explain_answer(scenario::Scenario scenario);

}  // namespace turnout::analysis
