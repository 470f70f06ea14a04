#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/robust_plan_answer.h"
#include "turnout/base/watch.h"
#include "turnout/game/robust_policy.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::analysis {

/// Expected cost of (1, s) around what matters.
struct CliffPoint {
  double cascade = 0;         ///< s
  game::PopulationMean mean;  ///< over the draws
};

/// The paper's policy (i, s) for its two-model game, whose users know the policy and not the attempt.
struct RobustPaperPolicy {
  scenario::TwoModelScenario scenario;  ///< the game at the means
  game::RobustAnswer policies;
  /// s - s0 of the mean game if the robust policy starts on M1 and there is an s0.
  std::optional<double> safety_margin;
  /// What the policy for the mean costs more than the robust one, over the posterior.
  double saving = 0;
  std::vector<CliffPoint> cliff;  ///< in increasing s
};

/// What to do if the game is not known exactly. docs/theory.md, section 18.
struct RobustAnswer {
  scenario::Scenario scenario;  ///< the game at the means
  std::vector<scenario::Uncertainty> uncertain;
  std::size_t draws = 0;
  std::optional<RobustPaperPolicy> paper;  ///< where the game is the paper's; the same draws
  std::optional<RobustPlanAnswer> plan;    ///< unless users know the policy only
  std::vector<std::string> notes;          ///< a sentence each
  /// @returns whether the plan costs less than the policy (i, s).
  [[nodiscard]] bool plan_is_cheaper() const {
    return plan && (!paper || plan->cost.value < paper->policies.robust.mean.payoffs.provider_cost);
  }
};

/// @returns the answer, the same for the same seed; kInvalidValue for options out of range or an
///   interval that hardly overlaps its number's range; kUnsupported naming the key that is not for
///   plans, or a number that is a range; kCancelled. Cost: game::robust_policy()'s and
///   robust_plan_answer()'s, which are watched.
base::Result<RobustAnswer> robust_answer(scenario::Scenario scenario, const RobustOptions& options,
                                         const base::Watch& watch = {});

}  // namespace turnout::analysis
