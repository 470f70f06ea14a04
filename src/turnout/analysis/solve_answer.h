#pragma once

#include <string>
#include <vector>

#include "turnout/analysis/deployable_policy.h"
#include "turnout/analysis/paper_scenario.h"
#include "turnout/game/misalignment.h"
#include "turnout/game/throttling.h"

namespace turnout::analysis {

/// The provider's optimum in one game, and what the paper asks of it. docs/theory.md, sections 4 to
/// 6.
struct SolveAnswer {
  PaperScenario paper;
  game::Equilibrium equilibrium;
  double margin = 0;          ///< RoundingOptions::margin
  DeployablePolicy deployed;  ///< the optimum as it is printed, and what that comes to
  game::Thresholds thresholds;
  game::Misalignment misalignment;
  game::Throttling throttling;  ///< with latencies by the default margin
  double penalty_floor = 0;     ///< the least P from which on throttling never pays
  /// "user indifferent" and the like if the optimum rests on a tie; empty if it does not.
  std::string tie_reason;
  std::vector<std::string> assumptions;  ///< those of the paper's that the game breaks
};

/// @returns the answer; errors of paper_scenario(); kInvalidValue for a margin out of range. Cost:
///   about 1 us.
/// @param scenario  its users must be alike: see population_answer()
base::Result<SolveAnswer> solve_answer(scenario::Scenario scenario,
                                       const RoundingOptions& options = {});

}  // namespace turnout::analysis
