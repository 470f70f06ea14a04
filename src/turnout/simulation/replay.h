#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/game/routing_game.h"
#include "turnout/numeric/interval.h"
#include "turnout/simulation/servings.h"

/// Policies played on what models really did on a set of tasks: chosen on one half of the tasks,
/// played on the other. docs/theory.md, section 14.
namespace turnout::simulation {

/// One policy over all splits.
struct ReplayRow {
  std::string policy;
  double predicted = 0;        ///< J that it expected from the training half, mean over the splits
  numeric::Interval realised;  ///< J on the test half, with a bootstrap interval over tasks
  double user_utility = 0;
  double success = 0;
  double attempts = 0;  ///< after which users leave, or the offer ends; mean over the splits
  double prediction_error =
      0;              ///< mean |predicted / realised - 1| over the splits where realised is not 0
  double regret = 0;  ///< realised J over the best sequence's in hindsight, minus 1
};

struct ReplayOptions {
  std::size_t depth = 5;
  std::size_t splits = 10;
  std::size_t bootstrap = 1000;
  std::uint64_t seed = 1;
};

struct Replay {
  std::vector<ReplayRow> rows;
  double hindsight = 0;    ///< J of the best sequence of the test halves
  bool one_trial = false;  ///< all rates are 0 or 1: a retry of the same model repeats its outcome
  std::size_t tasks = 0;
};

/// Splits the tasks at random into halves, lets each policy choose on one and plays it on the
/// other.
/// @param game   everything but the success rates, which come from the training half; its models
///   are the columns of `recorded`
/// @param names  of the models, for the rows Needs at least two tasks. Reproducible by the seed.
/// @param watch  told of splits. A cancelled run ends early, with a result that means nothing.
Replay replay(const game::RoutingGame& game, const std::vector<std::string>& names,
              const Recorded& recorded, const ReplayOptions& options,
              const base::Watch& watch = {});

}  // namespace turnout::simulation
