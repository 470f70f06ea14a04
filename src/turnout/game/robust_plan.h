#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/game/sequence_search.h"

/// One sequence of attempts for a game that is not known exactly. Users know the game that they are
/// in, the provider does not: each possible game has its own users, who leave where that is best for
/// them in that game. docs/theory.md, section 18.
namespace turnout::game {

/// A sequence of models: attempt j goes to [j], after the last the task ends unsolved.
using Sequence = std::vector<std::size_t>;

/// @returns J of a sequence in one game: that of play_sequence_for_all(). Exact up to rounding.
///   Cost: depth x types + segments.
double sequence_cost(const PossibleGame& game, const Sequence& sequence);

/// @returns the best sequence of `depth` attempts for who knows the game, and J. Cost: as
///   best_sequence(), with several segments as best_sequence_for_all().
/// @param limits  where they are met, J is that of the best sequence found
ValuedSequence best_for_game(const PossibleGame& game, std::size_t depth,
                             const SearchLimits& limits = {});

/// What some sequences cost in some games.
struct SequenceCosts {
  std::vector<Sequence> sequences;
  std::vector<std::vector<double>> cost;  ///< [sequence][game]
};

/// The sequence with the least mean J over some games.
struct RobustPlan {
  Sequence sequence;
  std::vector<double> costs;  ///< its J in each game
  /// Of the mean: no sequence of this depth costs less than the bound over these games.
  Certificate certificate;
  std::vector<double> least;  ///< J of each game's own best sequence
  SequenceCosts considered;  ///< the best of the games' own best sequences, this one, and the hints
};

/// @returns the sequence of `depth` attempts with the least mean J over the games. The games' own
///   best sequences are played in all games, and branch and bound (sequence_search.h) starts from the
///   best of them; no sequence is looked for that saves less than 1e-9 of the cost, or, if the limit
///   on nodes is met, than 1e-4, 1e-3 or 1e-2 of it. Where a sequence that goes on like this one to
///   some attempt and stays with one model from there costs at most 1e-4 more, and no more than the
///   hints, it is the shortest such one; the gap has that in it.
/// @param games   equally likely, at least one, all with the same number of models
/// @param hints   other sequences of this depth to play in all games, such as the mean game's best
/// @param limits  of the branch and bound; watched are the games whose best has been found (a step
///   each), then partial plans
/// If cancelled, the answer means nothing. Cost: some 0.2 s for 1,000 games, four models, six attempts
/// and difficulty; measured by bench/plan_bench.cpp ("for a posterior").
RobustPlan robust_plan(std::span<const PossibleGame> games, std::size_t depth,
                       std::span<const Sequence> hints, const SearchLimits& limits);

/// @returns for each number what it would be worth to know it alone before choosing among the
///   sequences: the expected fall of J, >= 0. From 20 strata of the games by the number, less what
///   strata at random would seem to gain, as robust_policy() does. For sequences that are not among
///   these it can be worth a little more.
/// @param numbers  [number][game], the games drawn independently of each other
/// Cost: numbers x games x (log games + sequences).
std::vector<double> information_gains(const SequenceCosts& costs,
                                      std::span<const std::vector<double>> numbers);

}  // namespace turnout::game
