#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/base/watch.h"
#include "turnout/verification/lived_world.h"

/// Whether a loop that serves, reads its own log and changes its policy comes to cost what the best
/// policy costs, and less than what others do: on worlds that are known to the judge alone.
/// docs/experiments.md, "The closed loop".
namespace turnout::verification {

/// What the loop may know when it is asked for the next policy.
struct LoopTurn {
  std::string source;               ///< the store with all passes so far
  std::vector<std::string> models;  ///< in the order of their costs
  std::string in_force;
  double penalty = 0;  ///< P, dollars
  base::Watch watch;
};

/// What is served from now on, and why.
struct LoopStep {
  std::string policy;
  std::string reason;
  std::string settled = {};  ///< what it would serve if it explored nothing; empty if it cannot say
};

/// Who is judged: control::next_policy() or whatever takes its place. (This folder knows nobody that
/// it judges.)
using NextPolicy = std::function<base::Result<LoopStep>(const LoopTurn&)>;

struct ClosedLoopOptions {
  static constexpr std::size_t kMostWorlds = 10'000;
  static constexpr std::size_t kLeastTasks = 1000;
  static constexpr std::size_t kMostTasks = 1'000'000;
  std::size_t worlds = 20;     ///< 1 to kMostWorlds
  std::size_t tasks = 20'000;  ///< of a world, kLeastTasks to kMostTasks
  std::uint64_t seed = 1;      ///< world i has seed + i
  double explores = 1;  ///< of the policy that the loop begins with, besides the dearest model
  std::size_t first_turn = 60;  ///< tasks before the loop is asked first
  double growth = 2;            ///< each turn comes after so many times the tasks of the one before
};

/// The players beside the loop, in the order in which they are reported.
inline constexpr std::size_t kLoopRivals = 6;
std::string name_of_rival(std::size_t rival);

/// A policy of the loop's, from a task on.
struct LoopPolicy {
  std::size_t from = 0;  ///< task
  std::string policy;
  std::string reason;
  double cost = 0;          ///< its true J, dollars a task
  std::string settled;      ///< LoopStep's; else the policy itself
  double settled_cost = 0;  ///< the true J of that
};

/// One world. Costs are dollars a task, lost users included.
struct LoopWorld {
  LivedWorld world;
  std::string best;      ///< the cheapest sequence under the truth, found by playing them
  double best_cost = 0;  ///< its J over the tasks that all players met
  double best_true = 0;  ///< over tasks that it was not chosen by and nobody else met
  std::vector<LoopPolicy> policies;         ///< of the loop, in time
  double loop = 0;                          ///< J over all tasks
  double loop_last = 0;                     ///< over the last tenth
  double best_last = 0;                     ///< of the best sequence over the same tasks
  std::vector<std::string> rival_policies;  ///< what rivals play, where it is a policy
  std::vector<double> rivals;               ///< J over all tasks
  std::vector<double> rivals_last;          ///< over the last tenth
};

/// How a player's costs stand to the optimum's; every world counts alike.
struct LoopStanding {
  std::string player;
  double over_best = 0;       ///< mean over worlds of J / best - 1, all tasks
  double over_best_last = 0;  ///< the same of the last tenth
  std::size_t within = 0;     ///< worlds within 3 % of the best, all tasks
  std::size_t within_last = 0;
  std::size_t loop_wins = 0;       ///< worlds in which the loop cost less, all tasks
  std::size_t loop_wins_last = 0;  ///< in the last tenth
};

/// How far the policy in force is from the optimum after so many tasks: means over worlds of true J by
/// the optimum's, less 1.
struct LoopProgress {
  std::size_t tasks = 0;
  double over_best = 0;
  double settled = 0;  ///< the same of what it would serve if it explored nothing
  double so_far =
      0;  ///< what tasks until then cost above the optimum, by what all tasks cost under it
  std::size_t within = 0;  ///< worlds in which it is within 3 %
};

struct ClosedLoopAnswer {
  ClosedLoopOptions options;
  std::vector<LoopWorld> worlds;
  std::vector<LoopStanding> standings;  ///< the loop, then its rivals
  std::vector<LoopProgress> progress;   ///< in time; the last is at the end
};
inline constexpr double kNearBest = 0.03;

/// Plays all worlds. @returns kInvalidValue for options out of range, errors of the store or of
/// `next`, kCancelled.
/// @param watch  told of worlds
/// Cost: a second or two a world, and what `next` takes.
base::Result<ClosedLoopAnswer> closed_loop_answer(const ClosedLoopOptions& options,
                                                  const NextPolicy& next,
                                                  const base::Watch& watch = {});

/// Plays one. @param seed  of the world and its tasks
base::Result<LoopWorld> play_closed_loop(const ClosedLoopOptions& options, std::uint64_t seed,
                                         const NextPolicy& next, const base::Watch& watch = {});

}  // namespace turnout::verification
