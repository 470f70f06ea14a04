#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/game/deterministic_plan.h"
#include "turnout/game/prefix_bounds.h"

/// One sequence of attempts for many games at once: branch and bound, depth first. docs/theory.md,
/// sections 17 and 18.
namespace turnout::game {

/// What is made least over the games.
enum class Objective {
  kMeanCost,        ///< the sum of weight x J
  kGreatestRegret,  ///< the greatest J - least
};

struct SearchedGame {
  PrefixBounds bounds;
  double weight = 1;  ///< kMeanCost
  double least = 0;   ///< kGreatestRegret: what its own best sequence costs
};

/// A sequence of models, and the objective it has.
struct ValuedSequence {
  std::vector<std::size_t> models;
  double value = 0;
};

/// @returns the best sequence and a lower bound on the objective of every sequence of this depth.
///   After a prefix no completion is better than what the objective makes of the games' own bounds
///   (PrefixBounds): both objectives rise with each game's cost.
/// @param models      that each game has
/// @param depth       attempts on offer, that of the bounds
/// @param incumbent   a sequence of `depth` attempts to beat, and its objective
/// @param least_gain  improvements below this are not looked for: the gap is at most that unless the
///   limit on nodes is met or the search is cancelled. The bound is true all the same.
/// Cost: at most models^depth x models x games x (types + segments); memory models x depth x games x
///   (types + 2 segments) numbers.
struct SearchedSequence {
  ValuedSequence best;
  Certificate certificate;
};
SearchedSequence search_sequences(std::span<const SearchedGame> games, std::size_t models,
                                  std::size_t depth, Objective objective, ValuedSequence incumbent,
                                  double least_gain, const SearchLimits& limits);

}  // namespace turnout::game
