#pragma once

#include <vector>

#include "turnout/game/routing_game.h"
#include "turnout/game/task_types.h"

/// Judges of plans: slow, from the definitions, knowing no theorem.
namespace turnout::verification {

/// The least cost of delivering at least each of some promises after a failure; infinite where none
/// can be kept.
struct IteratedFrontier {
  std::vector<double> promise;
  std::vector<double> cost;
  bool can_leave = false;
};

/// @returns the frontier at `points` equally spaced promises from 0 to the most that can be kept,
///   by value iteration.
IteratedFrontier iterated_frontier(const game::RoutingGame& game, std::size_t points);

/// @returns the provider's least cost over all plans, by value iteration: what it costs to deliver
///   at least each of `points` promises after a failure, improved by one more attempt until nothing
///   changes by 1e-14. From above; exact where the corners of the frontier are static plans or a
///   promise of 0. Without switching costs.
double iterated_plan_cost(const game::RoutingGame& game, std::size_t points);

/// @returns the cost of a sequence of models for a user who stops where it is best for him, attempt
///   by attempt and type by type.
double sequence_cost(const game::RoutingGame& game, const game::TaskTypes& types,
                     const std::vector<std::size_t>& sequence);

/// @returns the least sequence_cost() over all sequences of `depth` attempts.
double exhaustive_sequence_cost(const game::RoutingGame& game, const game::TaskTypes& types,
                                std::size_t depth);

}  // namespace turnout::verification
