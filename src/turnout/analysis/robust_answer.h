#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/base/watch.h"
#include "turnout/game/robust_policy.h"

namespace turnout::analysis {

struct RobustOptions {
  static constexpr std::size_t kLeastDraws = 100;
  static constexpr std::size_t kMostDraws = 100'000;
  std::size_t draws = 1000;  ///< from the posterior
  std::uint64_t seed = 1;    ///< of the draws
};

/// Expected cost of (1, s) around what matters.
struct CliffPoint {
  double cascade = 0;         ///< s
  game::PopulationMean mean;  ///< over the draws
};

/// The policy for a game that is not known exactly. docs/theory.md, section 18.
struct RobustAnswer {
  PaperScenario paper;  ///< the game at the means
  std::vector<scenario::Uncertainty> uncertain;
  std::size_t draws = 0;
  game::RobustAnswer policies;
  /// s - s0 of the mean game if the robust policy starts on M1 and there is an s0.
  std::optional<double> safety_margin;
  /// What the policy for the mean costs more than the robust one, over the posterior.
  double saving = 0;
  std::vector<CliffPoint> cliff;  ///< in increasing s
};

/// @returns the answer, the same for the same seed; kInvalidValue for draws out of range or an
///   interval that hardly overlaps its number's range; errors of paper_scenario(); kCancelled.
///   Cost: game::robust_policy()'s, which it watches.
base::Result<RobustAnswer> robust_answer(scenario::Scenario scenario, const RobustOptions& options,
                                         const base::Watch& watch = {});

}  // namespace turnout::analysis
