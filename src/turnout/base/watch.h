#pragma once

#include <cstddef>
#include <functional>

#include "turnout/base/cancellation.h"

namespace turnout::base {

/// What long work tells and asks while it goes on: how far it is, and whether to stop.
struct Watch {
  /// Called now and then, by one thread, with the number of steps done since. Which steps, the work's
  /// own declaration says.
  std::function<void(std::size_t)> on_steps = [](std::size_t) {};
  Cancellation cancellation;
};

}  // namespace turnout::base
