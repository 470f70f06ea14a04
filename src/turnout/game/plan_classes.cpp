#include "turnout/game/plan_classes.h"

#include <algorithm>

namespace turnout::game {

std::optional<double> PlanClasses::cascade_cost() const {
  if (cascade) return cascade->payoffs.provider_cost;
  if (cascade_sequence) return cascade_sequence->payoffs.provider_cost;
  return std::nullopt;
}

PlanClasses compare_plans(const RoutingGame& game, const SearchLimits& limits) {
  PlanClasses classes{best_static_plan(game),
                      best_paper_policy(game),
                      {},
                      best_deterministic_plan(game, limits),
                      {}};
  classes.plan = game.has_switching() ? classes.deterministic : best_plan(game);
  return classes;
}

PlanClasses compare_plans(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                          const SearchLimits& limits) {
  PlanClasses classes{best_static_sequence(game, types, depth),
                      {},
                      best_cascade_sequence(game, types, depth, limits.watch.cancellation),
                      best_sequence(game, types, depth, limits),
                      {}};
  classes.plan = classes.deterministic;
  return classes;
}

PlanClasses compare_plans(const RoutingGame& game, std::span<const Segment> segments,
                          const TaskTypes& types, std::size_t depth, const SearchLimits& limits) {
  PlanClasses classes{
      best_static_sequence_for_all(game, segments, types, depth),
      {},
      best_cascade_sequence_for_all(game, segments, types, depth, limits.watch.cancellation),
      best_sequence_for_all(game, segments, types, depth, limits),
      {}};
  classes.plan = classes.deterministic;
  return classes;
}

}  // namespace turnout::game
