#pragma once

#include <optional>
#include <span>

#include "turnout/game/belief_plan.h"
#include "turnout/game/deterministic_plan.h"
#include "turnout/game/paper_policy.h"
#include "turnout/game/population_plan.h"
#include "turnout/game/promised_utility.h"

namespace turnout::game {

/// The best of each class of plans, from simple to general: what each step of complexity buys. The
/// costs never rise from best_static to deterministic to plan.
struct PlanClasses {
  EscalationPlan best_static;  ///< one model for every attempt
  /// the paper's (i, s); nothing with switching costs or with bounded depth ...
  std::optional<PaperPolicy> cascade;
  /// ... where it is a sequence that switches model once
  std::optional<EscalationPlan> cascade_sequence;
  CertifiedPlan deterministic;  ///< any sequence of models
  /// with lotteries; the same as `deterministic` where lotteries are not searched
  CertifiedPlan plan;

  [[nodiscard]] std::optional<double> cascade_cost() const;
};

/// Attempts are independent draws and there are as many as the user cares for. With switching costs
/// lotteries are not searched: plan is the best deterministic one.
PlanClasses compare_plans(const RoutingGame& game, const SearchLimits& limits = {100'000});

/// Exactly `depth` attempts are on offer and tasks have types. Lotteries are not searched.
PlanClasses compare_plans(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                          const SearchLimits& limits = {});

/// The same, one plan for users who differ: see population_plan.h.
PlanClasses compare_plans(const RoutingGame& game, std::span<const Segment> segments,
                          const TaskTypes& types, std::size_t depth,
                          const SearchLimits& limits = {});

}  // namespace turnout::game
