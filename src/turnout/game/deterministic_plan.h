#pragma once

#include <cstddef>

#include "turnout/base/watch.h"
#include "turnout/game/escalation_plan.h"

namespace turnout::game {

/// How long a search may go on, and who watches it: told every kNodesPerReport partial plans. A
/// cancelled search ends early, with a plan that is none of the best.
struct SearchLimits {
  std::size_t nodes = 2'000'000;  ///< partial plans looked at
  base::Watch watch = {};
};
inline constexpr std::size_t kNodesPerReport = 1024;

/// @returns the cheapest plan without lotteries for independent attempts: a sequence of models,
///   then one model until solved or a deterrent that makes the user leave. With or without
///   switching costs, which are >= 0.
/// Branch and bound, best first, on the promise that is still owed: a prefix can be completed iff
/// what follows is worth at least `owed` to the user, and costs at least the frontier of
/// promised_utility.h there. The certificate's gap is below 1e-10 of the cost unless the limit on
/// nodes was met; it is always true. Cost: some microseconds where a static plan or one
/// lottery-free switch is optimal, some 0.1 s and 60 MB where the limit is met.
CertifiedPlan best_deterministic_plan(const RoutingGame& game,
                                      const SearchLimits& limits = {100'000});

}  // namespace turnout::game
