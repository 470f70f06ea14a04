#pragma once

#include <vector>

#include "turnout/analysis/deployable_policy.h"
#include "turnout/analysis/paper_scenario.h"
#include "turnout/base/watch.h"
#include "turnout/game/population.h"

namespace turnout::analysis {

/// How one segment of the users responds to the deployed policy, and what that comes to.
struct SegmentAnswer {
  double share = 1;
  game::User user;
  double abandon = 0;  ///< q
  game::Payoffs<double> payoffs{};
};

/// One policy for users who differ. docs/theory.md, section 17.
struct PopulationAnswer {
  PaperScenario paper;  ///< the game of the mean or median user
  game::PopulationOptimum best;
  double margin = 0;            ///< RoundingOptions::margin
  DeployablePolicy deployed;    ///< the optimum as it is printed, and what that comes to
  double best_static_cost = 0;  ///< the least J of (1,0), (1,1) and (2,0)
  /// What it would cost if each segment could have its own policy: a bound on what telling users
  /// apart is worth.
  double cost_if_told_apart = 0;
  std::vector<SegmentAnswer> segments;
};

/// @param scenario  with at least one segment
/// @returns the answer; errors of paper_scenario(); kInvalidValue for a segment that makes no game
///   or a margin out of range; kCancelled. Cost: game::best_for_population()'s, which it watches.
base::Result<PopulationAnswer> population_answer(scenario::Scenario scenario,
                                                 const RoundingOptions& options = {},
                                                 const base::Watch& watch = {});

}  // namespace turnout::analysis
