#pragma once

#include "turnout/game/deterministic_plan.h"
#include "turnout/game/task_types.h"

/// What the end of an offer costs at most. docs/theory.md, section 12.
namespace turnout::game {

/// @returns a lower bound on J over the sequences of any length: what is spent on the first `depth`
///   attempts by a provider who need not keep his users from leaving, and behind them what one would
///   have to spend who knew each task's type. An offer of `depth` attempts that costs J loses at most
///   J less this by its end.
/// @param types   made for at least `depth` attempts
/// @param cost    J of some sequence: of no use is a bound above it, which is returned then
/// -infinity where the provider earns on attempts that may fail for ever. True even where the limit on nodes is met, only lower. Cost: as best_sequence(), mostly less.
double endless_bound(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                     double cost, const SearchLimits& limits = {});

}  // namespace turnout::game
