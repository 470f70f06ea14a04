#pragma once

#include "turnout/simulation/servings.h"

/// The threshold for serve_threshold().
namespace turnout::simulation {

/// @returns of 101 scores spread over the tasks', and infinity, the one from which on sending tasks
///   to the dearest model costs least, the user stopping where that is best for him, as fare().
///   Needs scores and a task. Cost: n log n in the tasks, once 2 x depth servings of each.
double best_threshold(const game::RoutingGame& game, const Recorded& recorded, std::size_t depth);

}  // namespace turnout::simulation
