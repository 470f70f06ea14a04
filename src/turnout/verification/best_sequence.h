#pragma once

#include <cstdint>
#include <string>

#include "turnout/verification/lived_world.h"

namespace turnout::verification {

struct BestSequence {
  std::string policy;
  double cost = 0;  ///< J over tasks that it was not chosen by, dollars a task
};

/// @returns of all sequences of at most four attempts, the last model repeated or the offer ended
///   there, the one with the least J: by playing them all on the same tasks, the better ones on ever
///   more fresh ones. Chance may put another in its place whose J is within a few thousandths.
BestSequence best_sequence(const LivedWorld& world, std::uint64_t seed);

/// @returns J of a policy's text over tasks of a seed that a policy was not chosen by.
double true_cost(const LivedWorld& world, const std::string& policy, std::uint64_t seed,
                 std::size_t tasks);

}  // namespace turnout::verification
