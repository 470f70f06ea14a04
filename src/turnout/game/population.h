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
///   1e-7 of the cost, unless 100,000 evaluations do not suffice; the bound is true all the same).
/// Between the thresholds s0, sL, sH of all parts, sorted, nobody changes the form of the response:
/// each part's cost is monotone in s, or bounded by its visits where it responds with a mixed q.
/// Intervals whose bounds do not exclude them are halved. Where the parts share their models and
/// nobody mixes, the ends of the intervals settle it. Needs at least one part; shares sum to 1.
/// Cost: quadratic in the parts, since each has up to 3 thresholds and each interval between them
/// looks at every part.
/// @param cancellation  asked before each interval; if it stops the search, the answer means
///   nothing
PopulationOptimum best_for_population(const std::vector<PopulationPart>& parts,
                                      const base::Cancellation& cancellation = {});

}  // namespace turnout::game
