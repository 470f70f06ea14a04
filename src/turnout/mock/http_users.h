#pragma once

#include "turnout/base/watch.h"
#include "turnout/mock/user_seat.h"
#include "turnout/simulation/played_users.h"

namespace turnout::mock {

/// Plays a scenario's users against a program that serves models over HTTP: each task begins with
/// "task NAME: ...", in a conversation of its own (but see goes_on_with). Whether an answer is right is read from its end, as
/// MockLlm writes it; who served, from its body. A rejected answer is asked again after (Way), as
/// UserMind decides. Errors, cut and unreadable answers are repeated twice, as the vendors' clients
/// do, and are no attempts. Some users say in the end how it went (POST /v1/feedback).
/// Each task's user and luck are drawn from the seed and its number, whatever the others do.
/// @param watch  a step is a task
/// @returns what it came to; kUnsupported without libcurl; kUnreadable if nothing was answered at all,
///   with what was wrong last; kInvalidValue if an answer came from no model of the scenario, or did not
///   say whether it was right; kCancelled.
base::Result<simulation::PlayedUsers> play_over_http(const simulation::Setting& setting,
                                                     const UsersOptions& options,
                                                     const base::Watch& watch);

}  // namespace turnout::mock
