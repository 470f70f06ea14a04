#pragma once

#include <functional>

#include "turnout/game/sequence_search.h"

/// Local search over sequences of attempts, for where branch and bound is cut short.
namespace turnout::game {

/// @returns the objective of a sequence where it is below `enough`, else any number that is not.
using ObjectiveBelow =
    std::function<double(const std::vector<std::size_t>& sequence, double enough)>;

/// @returns a sequence no worse than `best`, which no other model for one attempt and no swap of two
///   neighbouring attempts improves by more than `least_gain`; that need not be the best of all.
/// @param models        that serve attempts: 0, ..., models - 1
/// @param cancellation  if it stops the work, the best so far
/// Cost: depth x models evaluations for each improvement that is found.
ValuedSequence best_neighbour(ValuedSequence best, std::size_t models, double least_gain,
                              const ObjectiveBelow& objective,
                              const base::Cancellation& cancellation);

}  // namespace turnout::game
