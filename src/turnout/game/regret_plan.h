#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "turnout/game/robust_plan.h"

/// One sequence of attempts for a game of which only bounds are known: the one whose greatest regret
/// over all possible games is least. docs/theory.md, section 18.
namespace turnout::game {

/// Games that are possible, as points of the unit cube.
struct GameBox {
  std::size_t dimensions = 0;
  /// @param at  one number from 0 to 1 a dimension
  std::function<PossibleGame(std::span<const double> at)> game;
};

/// What a sequence comes to in one game of the box.
struct RegretAt {
  std::vector<double> at;  ///< the game
  double cost = 0;         ///< J of the sequence
  ValuedSequence best;     ///< the game's own best sequence, and what it costs
  [[nodiscard]] double regret() const { return cost - best.value; }
};

/// Who serves one attempt in the games' own best sequences, where at least 1 % of users make it.
struct SharedDecision {
  std::vector<std::size_t> models;  ///< in increasing order; one: it is the same in every game
  std::size_t made = 0;             ///< in so many of the games
};

struct RegretPlan {
  Sequence sequence;
  RegretAt worst;   ///< the game with the greatest regret of all that were looked at
  RegretAt middle;  ///< the game in the middle of the box
  /// No sequence has a lower greatest regret over the box: the least that one can have over the games
  /// of `certified`.
  double bound = 0;
  std::size_t certified = 0;  ///< games that the bound is proved on
  std::size_t checked = 0;    ///< games that were drawn apart from those, as a check ...
  double checked_regret = 0;  ///< ... and the greatest regret there
  RegretAt worst_of_middle;   ///< where the best sequence for the middle has its greatest regret
  std::vector<SharedDecision> decisions;  ///< by attempt, over the games that were looked at
  bool settled = false;  ///< the search for a worse game came to an end by itself, the check too
};

struct RegretOptions {
  std::size_t depth = 5;      ///< attempts on offer
  std::uint64_t seed = 1;     ///< of the random games
  std::size_t checks = 1000;  ///< random games that check the answer
  SearchLimits limits = {};   ///< of each branch and bound; told of games looked at
  /// Types and segments that each branch and bound may look at: partial plans x models x games x
  /// (types + 2 segments), but at least 100 partial plans.
  std::size_t work = static_cast<std::size_t>(-1);
};

/// @returns the sequence with the least greatest regret, as far as it was found. J jumps where users
///   begin to leave, so that the worst game lies just beside such a threshold and no grid finds it.
///   So the greatest regret is looked for along lines through the box, parallel to its sides and in
///   random directions; where users leave at another attempt on a line, the threshold between is
///   bisected, and games are looked at a millionth of the interval beside it. Starting from corners, middle
///   and random games, the best sequence against the games known and the worst game against that
///   sequence are found in turn, until no game is worse than those known by more than 1e-6 of the
///   mean cost, none of `checks` games drawn apart leads to a worse one, or 40 turns are over.
/// Where a branch and bound meets its limits, what it found is improved step by step
/// (neighbour_search.h).
/// What is proved is `bound`; that no game outside those looked at is worse than `worst` is not.
/// If cancelled, the answer means nothing. Cost: some thousand games' own best sequences; a second or
///   two with four models and difficulty.
RegretPlan least_regret(const GameBox& box, const RegretOptions& options);

}  // namespace turnout::game
