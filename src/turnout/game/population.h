#pragma once

#include <cstddef>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/game/best_response.h"

/// One policy for users who differ in what a solved task and their time are worth. docs/theory.md,
/// section 17.
namespace turnout::game {

/// Users who are alike: their share of all, and the game that they play. The models need not be the
/// same: the parts may as well be what the game could be, each with its probability
/// (robust_policy.h).
struct PopulationPart {
  double share = 1;
  Game game;
};

/// What a policy comes to for the whole population; each part responds in its own best way.
struct PopulationMean {
  Payoffs<double> payoffs{};
  double abandon = 0;  ///< mean q over the users
};

/// @returns the means over the parts. Exact up to rounding. Cost: about 40 ns a part.
PopulationMean evaluate_population(const std::vector<PopulationPart>& parts, const Policy& policy);

struct PopulationOptimum {
  Policy policy;
  PopulationMean mean;
  double bound = 0;             ///< no policy (i, s) costs less
  std::size_t evaluations = 0;  ///< policies evaluated
};

/// @returns the cheapest policy (i, s) for the population, with a bound that proves it (gap at most
///   1e-7 of the cost, unless 100,000 evaluations beyond one for each threshold do not suffice; the
///   bound is true all the same).
/// An interval of s is bounded from below, and cut at the threshold s0, sL or sH of a part in its
/// middle unless the bound excludes it; without a threshold inside it is halved. A part whose form
/// of response is the same on the whole interval is smooth there (cascade_cost.h): 16 and more such
/// parts become one polynomial (numeric/chebyshev.h), with a proven error of at most 2.2e-12 of
/// their costs that the bound allows for. Fewer parts are looked at one by one, exactly.
/// Needs at least one part; shares sum to 1. Cost: n log n in the parts, some 1 us a part.
/// @param cancellation  asked before each interval; if it stops the search, the answer means
///   nothing
PopulationOptimum best_for_population(const std::vector<PopulationPart>& parts,
                                      const base::Cancellation& cancellation = {});

}  // namespace turnout::game
