#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/game/plan_classes.h"
#include "turnout/scenario/scenario.h"

namespace turnout::analysis {

/// What a plan comes to for users who are alike among others.
struct SegmentPlay {
  game::Segment segment;
  std::size_t attempts = 0;  ///< they make, then leave or the offer ends
  game::PlanPayoffs payoffs;
};

/// How a plan is searched for. Nothing: what suits the scenario.
struct PlanOptions {
  /// Attempts on offer, 1 to game::kDeepest. Nothing: where failures say something about the task, or users differ, as
  /// many as it takes until more of them save less than kWorthwhile, at most kMostGrown; else as many
  /// as the user cares for.
  std::optional<std::size_t> depth;
  /// Most partial plans to look at, 1 to kMostNodes. Nothing: 2,000,000 with a depth, 100,000 without.
  std::optional<std::size_t> nodes;
};
inline constexpr std::size_t kMostGrown = 24;
inline constexpr std::size_t kMostNodes = 1'000'000'000;

/// The optimal escalation plan of a scenario, and the best of each simpler class beside it. All
/// utilities are U, with what users get elsewhere who leave (v0) in them.
/// docs/theory.md, sections 11 and 12.
struct PlanAnswer {
  scenario::Scenario scenario;  ///< that was solved: numbers with intervals at their means
  game::PlanClasses classes;
  std::optional<std::size_t> depth;  ///< nothing: as many attempts as the user cares for
  /// A bound on J of plans with any number of attempts (game::endless_bound()): what the offer's end
  /// costs is at most J less this. Nothing where there is no depth, or no bound, because the provider
  /// earns on attempts that fail.
  std::optional<double> endless_bound;
  /// The plan as `simulate --policy` reads it (policy_text_of()). Nothing where it has more attempts
  /// than a policy holds.
  std::optional<std::string> policy;
  /// The least cost of keeping a promise to the user, see game::utility_frontier(). Nothing where
  /// plans have a depth or switching costs.
  std::optional<std::vector<game::Continuation>> frontier;
  /// What the best plan comes to for users who may decide not to come. Only where the plan leaves
  /// them with less than coming nowhere does, U < v0, although they do not decide (participates).
  std::optional<game::PlanPayoffs> if_users_may_stay_away;
  /// Where users differ: each segment in the scenario's order. Else empty.
  std::vector<SegmentPlay> by_segment;
  /// Whether no plan saves more than kWorthwhile of the best static cost.
  bool static_is_enough = false;
  std::vector<std::string> notes;  ///< what was simplified, a sentence each
};
/// A tenth of a percent: below it complexity is not worth having.
inline constexpr double kWorthwhile = 1e-3;

/// @returns the answer; kUnsupported naming the key that is not for plans
///   (scenario::check_for_plans()), kInvalidValue naming the option that is out of range,
///   kCancelled.
/// @param watch  told of partial plans looked at
/// Cost: microseconds to minutes, see game::compare_plans(); bounded by options.nodes.
base::Result<PlanAnswer> plan_answer(scenario::Scenario scenario, const PlanOptions& options = {},
                                     const base::Watch& watch = {});

}  // namespace turnout::analysis
