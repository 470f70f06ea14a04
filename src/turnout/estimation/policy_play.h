#pragma once

#include "turnout/estimation/log_world.h"
#include "turnout/policy/policy.h"

namespace turnout::estimation {

/// @returns what a task comes to under any policy in a world: users know the policy and the number
///   of their attempt, not what was drawn, and go on while that is worth their wait. docs/theory.md,
///   sections 12 and 25. Of a sequence the same as SequencePlayer::play().
/// @param policy  its models are numbered as the world's are
/// Attempts beyond kMostFollowed are not made. Error: as SequencePlayer's. Cost: attempts x states that
/// a task can be in x nodes.
WorldPayoffs play_policy(const policy::Policy& policy, const LogWorld& world);

}  // namespace turnout::estimation
