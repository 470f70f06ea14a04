#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/log_posterior.h"

/// The sequence of models that costs least on average over what a log may come from.
/// docs/theory.md, section 25.
namespace turnout::estimation {

/// Models of attempts 1, 2, ...; the last one serves all later attempts too.
using Sequence = std::vector<std::size_t>;

/// What a lost user costs in a world: P.
using PenaltyOf = std::function<double(const LogWorld&)>;

struct SequenceChoice {
  std::vector<Sequence> tried;             ///< shorter ones first
  std::vector<std::vector<double>> costs;  ///< J, by what was tried and draw
  std::size_t best = 0;                    ///< of `tried`: least mean J
  std::vector<WorldPayoffs> plays;         ///< of the best one, by draw
  double mean_cost = 0;                    ///< of the best one, J
  double mean_regret = 0;  ///< what knowing the draw would save, in the mean over the draws
  double high_regret = 0;  ///< 95 % quantile over the draws
};

/// @returns the choice among all sequences of up to kLongestTried attempts whose last model repeats, of
///   at most kMostTriedModels models: the cheapest alone, by the mean over the draws. Of those within
///   a thousandth of the least mean J the shortest.
/// Cost: models^kLongestTried x draws plays, some 3 us each. If it is cancelled, what it gives means
/// nothing.
SequenceChoice choose_sequence(const LogPosterior& posterior, const PenaltyOf& penalty,
                               const base::Cancellation& cancellation = {});
inline constexpr std::size_t kLongestTried = 4;
inline constexpr std::size_t kMostTriedModels = 4;

/// @returns the sequence that is cheapest in one world.
/// @param tried  the sequences to choose from
const Sequence& best_in_world(const LogWorld& world, double penalty,
                              const std::vector<Sequence>& tried);

}  // namespace turnout::estimation
