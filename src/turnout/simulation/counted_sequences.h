#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/simulation/servings.h"

/// The best sequences of models on recorded trials, by trying all of them. docs/theory.md, section
/// 14.
namespace turnout::simulation {

/// Tasks that no policy can tell apart, put together: a table of one trial and two models has four.
struct AlikeTasks {
  Recorded kinds;             ///< one row for each kind; no scores
  std::vector<double> share;  ///< of the tasks, by kind
};

/// @returns the tasks of a table by kind. Cost: n log n in the tasks.
AlikeTasks alike(const Recorded& recorded);

/// @returns what the shares of the kinds might be on as many other tasks, as often as asked for.
///   Both the tasks that were seen and the others are samples, so that the variance is twice that
///   of the Bayesian bootstrap (Rubin 1981): gamma weights of shape 1/2 for each task, not 1. The
///   same for the same seed.
/// @param tasks_in_all  how many tasks were seen
std::vector<std::vector<double>> resampled_shares(const AlikeTasks& tasks, std::size_t tasks_in_all,
                                                  std::size_t resamples, std::uint64_t seed);

/// A sequence and what it costs.
struct CountedSequence {
  std::vector<std::size_t> models;
  double cost = 0;
};

/// The cheapest sequences for the shares as they are, and on average over resampled ones.
struct CountedSequences {
  CountedSequence best;
  CountedSequence robust;
};

/// At most this many sequences are tried.
inline constexpr std::size_t kMostSequences = 4096;

/// @returns the cheapest of all sequences of `depth` attempts on offer, for a user who stops where
///   that is best for him, as fare(); nothing if there are more than kMostSequences. Attempts are
///   trials without replacement (Recorded::success()). Cost: 1 ns for each sequence, kind and
///   resample.
/// @param resampled  shares by kind, as resampled_shares(); none: robust is best
std::optional<CountedSequences> cheapest_sequences(
    const game::RoutingGame& game, const AlikeTasks& tasks,
    const std::vector<std::vector<double>>& resampled, std::size_t depth,
    const base::Cancellation& cancellation = {});

}  // namespace turnout::simulation
