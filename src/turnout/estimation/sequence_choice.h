#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/estimation/log_posterior.h"

/// The sequence of models that costs least on average over the worlds that a log may come from.
/// docs/theory.md, section 25.
namespace turnout::estimation {

/// Models of attempts 1, 2, ...; the last one serves all later attempts too.
using Sequence = std::vector<std::size_t>;

/// @returns J of what a task comes to: cost + P (1 - success), equation (1). O(1).
double provider_cost(const WorldPayoffs& play, double penalty);

/// What each of some sequences comes to in each draw of a posterior.
struct PlayedSequences {
  std::vector<Sequence> tried;                   ///< shorter ones first
  std::vector<std::vector<WorldPayoffs>> plays;  ///< by what was tried, and draw
};

/// Plays all sequences of up to kLongestTried attempts whose last model repeats, of at most
/// kMostTriedModels models: those that are cheapest alone, in the mean over the draws.
/// @param penalties  P by draw, to compare models with
/// Cost: models^kLongestTried x draws plays, some 2 us each. If it is cancelled, what it gives
/// means nothing.
PlayedSequences play_sequences(const LogPosterior& posterior, const std::vector<double>& penalties,
                               const base::Cancellation& cancellation = {});
inline constexpr std::size_t kLongestTried = 4;
inline constexpr std::size_t kMostTriedModels = 4;

struct SequenceChoice {
  std::size_t best = 0;         ///< number of the sequence with the least mean J
  std::vector<double> costs;    ///< its J by draw
  std::vector<double> regrets;  ///< what knowing the draw would save, by draw
  double mean_cost = 0;
  double mean_regret = 0;
  /// Share of the draws in which it costs over kNotableRegret more than the best sequence there.
  double chance_of_regret = 0;
};
inline constexpr double kNotableRegret = 0.1;

/// @returns of the sequences whose mean J is within a thousandth of the least the first, which is
///   the shortest. docs/theory.md, section 25. Cost: sequences x draws.
/// @param penalties  P by draw
SequenceChoice choose_sequence(const PlayedSequences& played, const std::vector<double>& penalties);

/// @returns how likely each model is to be the one that serves attempt 1, 2, ..., kLongestTried of the
///   sequence that costs least: by attempt and model, over the draws; of sequences that cost alike the
///   shortest counts. Who serves by these lotteries tries what may be best as often as it may be best
///   (Thompson 1933), and stops trying what is known to be worse. Cost: sequences x draws.
/// @param penalties  P by draw
std::vector<std::vector<double>> best_models(const PlayedSequences& played,
                                             const std::vector<double>& penalties);

/// @returns what is gained at most, in the mean over the draws, by knowing one quantity before one
///   chooses: the choice is made anew in each tenth of the draws by that quantity, and what noise
///   alone gives (the same with the draws in another order) is taken off. The expected value of
///   partial perfect information (Strong and Oakley 2013 call the method single-parameter
///   binning). >= 0.
/// @param quantity  by draw, at least 100 draws
/// Cost: eleven choices.
double worth_of_knowing(const PlayedSequences& played, const std::vector<double>& penalties,
                        const std::vector<double>& quantity);

}  // namespace turnout::estimation
