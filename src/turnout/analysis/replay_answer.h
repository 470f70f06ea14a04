#pragma once

#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/scenario/scenario.h"
#include "turnout/simulation/replay_survey.h"

namespace turnout::analysis {

/// How policies were replayed: depth 1 to game::kDeepest, splits 1 to kMostSplits, resamples
/// kLeastResamples to kMostResamples.
using ReplayOptions = simulation::ReplayOptions;
inline constexpr std::size_t kMostSplits = 10'000;
inline constexpr std::size_t kLeastResamples = 100;
inline constexpr std::size_t kMostResamples = 100'000;
inline constexpr std::size_t kMostRandomGames = 100'000;
inline constexpr std::size_t kUsualRandomGames = 2000;

/// Policies on the recorded outcomes of real tasks: what they predict, what happens.
/// docs/theory.md, section 14.
struct ReplayAnswer {
  ReplayOptions options;
  simulation::Replay replay;
  std::vector<std::string> notes;  ///< what was simplified, a sentence each
};

/// @param scenario  V, P, latencies and costs; success comes from the outcomes, under its models'
///   names
/// @param outcomes  the table's file, or "-"
/// @param score  a column of scores for the threshold policy, high where a task looks hard; empty:
///   none
/// @param watch  told of splits
/// @returns the answer; errors of outcomes::read_outcomes() and scenario::check_for_plans(),
///   kUnsupported for a scenario that has types of task of its own, kInvalidValue for fewer than
///   two tasks, a model without outcomes or an option out of range; kCancelled.
base::Result<ReplayAnswer> replay_answer(scenario::Scenario scenario, const std::string& outcomes,
                                         const std::string& score, const ReplayOptions& options,
                                         const base::Watch& watch = {});

/// The same over random games of two of a table's models.
struct RandomReplayAnswer {
  ReplayOptions options;
  simulation::Survey survey;
};

/// @param games  1 to kMostRandomGames
/// @param watch  told of games
/// @returns the answer; the same errors, and kInvalidValue for a table with one model.
base::Result<RandomReplayAnswer> random_replay_answer(const std::string& outcomes,
                                                      const std::string& score, std::size_t games,
                                                      const ReplayOptions& options,
                                                      const base::Watch& watch = {});

}  // namespace turnout::analysis
