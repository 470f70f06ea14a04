#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "turnout/game/parameters.h"

/// When a user leaves a sequence that he knows, where users differ. docs/theory.md, section 17.
namespace turnout::game {

/// What amounts to nothing to a user, as a share of what is at stake for him.
inline constexpr double kNegligible = 1e-12;

/// What some attempts come to for whoever makes them, in shares of all tasks. It is the same for
/// all users, and every user's utility is linear in these four.
struct Tally {
  double solved = 0;
  double misled = 0;   ///< ended with an accepted wrong answer
  double latency = 0;  ///< waited
  double paid = 0;     ///< prices
};

/// To leave after some number of attempts: what was had, and what it costs the provider.
struct Stop {
  Tally had;
  double cost = 0;
};

/// What a user decides by: U = solved x had.solved + misled x had.misled - time x had.latency -
/// had.paid.
struct DecisionWeights {
  double solved = 0;  ///< V - v0
  double misled = 0;  ///< -(H + v0); V - v0 if he is naive
  double time = 0;    ///< w

  explicit DecisionWeights(const User& user)
      : solved(user.value - user.outside),
        misled(user.naive ? user.value - user.outside : -(user.harm + user.outside)),
        time(user.value_of_time) {}
  [[nodiscard]] double utility(const Tally& had) const {
    return solved * had.solved + misled * had.misled - time * had.latency - had.paid;
  }
};

/// @returns what the user gets, U - v0, naive or not.
inline double actual_utility(const User& user, const Tally& had) {
  return (user.value - user.outside) * had.solved - (user.harm + user.outside) * had.misled -
         user.value_of_time * had.latency - had.paid;
}

/// @returns the sum of the absolute terms of the utility: what its rounding is measured by.
inline double at_stake(const User& user, const Tally& had) {
  return std::abs(user.value - user.outside) * (had.solved + had.misled) +
         (user.harm + user.outside) * had.misled + user.value_of_time * had.latency + had.paid;
}

/// @returns the stop that is worth most to him; of those that tie, within kNegligible of what is at
///   stake in the whole sequence, the one that costs the provider least.
/// @param stops  after 0, 1, 2, ... attempts
/// @param first  the first of them that he may choose, an index
std::size_t best_stop(const User& user, std::span<const Stop> stops, std::size_t first);

}  // namespace turnout::game
