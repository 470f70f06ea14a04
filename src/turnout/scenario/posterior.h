#pragma once

#include <cstdint>
#include <vector>

#include "turnout/game/own_failures.h"
#include "turnout/game/prefix_bounds.h"
#include "turnout/landscape/distribution.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::scenario {

/// Values of the uncertain numbers of a scenario, in their order.
using NumberValues = std::vector<double>;

/// @returns `count` draws from what a scenario says of its uncertain numbers, independently of each
///   other: {mean, lo, hi} as a normal with its own spread on either side of the mean (95 % between
///   lo and hi), drawn again where it leaves the number's range; counts as the Beta posterior from a
///   uniform prior. kInvalidValue if an interval hardly overlaps the allowed range, kUnsupported for
///   a range, which has no posterior.
base::Result<std::vector<NumberValues>> draw_numbers(const std::vector<Uncertainty>& uncertain,
                                                     std::size_t count, std::uint64_t seed);

/// @returns `count` two-model games by draw_numbers(); its errors.
/// @param mean       the scenario's game at the means, see paper_game()
/// @param uncertain  numbers of that game
base::Result<std::vector<game::Game>> draw_games(const game::Game& mean,
                                                 const std::vector<Uncertainty>& uncertain,
                                                 std::size_t count, std::uint64_t seed);

/// The games that a scenario's uncertain numbers leave possible, for sequences of at most `depth`
/// attempts. Immutable. What is passed in must outlive it.
class PossibleGames {
 public:
  /// Cost: nothing, but where tasks suit some models better than others (tau, known, and no feedback)
  ///   some milliseconds for a table that all the games read (game/own_failures.h).
  PossibleGames(const Scenario& scenario, const std::vector<Uncertainty>& uncertain,
                std::size_t depth);

  /// @returns the game in which the uncertain numbers have these values. Where users differ in their
  ///   time only, an uncertain V is that of all. Types of task that come from a table of outcomes
  ///   stay as they are. kInvalidValue for values that make no game. Successes are within 1e-11 of
  ///   those of task_types().
  /// Cost: types x models x depth, some 40 us for Rasch's.
  [[nodiscard]] base::Result<game::PossibleGame> with(const NumberValues& values) const;

 private:
  const Scenario& scenario_;
  const std::vector<Uncertainty>& uncertain_;
  std::size_t depth_;
  std::vector<game::OwnFailureTable> tables_;
};

/// What a number may be: a range's ends, or the 95 % interval of a posterior.
struct Bounds {
  double low = 0;
  double high = 0;
};
Bounds bounds_of(const Uncertainty& uncertain);

/// @returns the same distribution of one number by its quantiles, for sweeps
///   (Distribution::Kind::kScores).
base::Result<landscape::Distribution> distribution_of(const Uncertainty& uncertain);

}  // namespace turnout::scenario
