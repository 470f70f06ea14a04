#pragma once

#include <cstdint>
#include <vector>

#include "turnout/landscape/distribution.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::scenario {

/// @returns `count` two-model games drawn from what a scenario says of its uncertain numbers,
///   independently of each other: {mean, lo, hi} as a normal with its own spread on either side of
///   the mean (95 % between lo and hi), drawn again where it leaves the number's range; counts as
///   the Beta posterior from a uniform prior. kInvalidValue if an interval hardly overlaps the
///   allowed range.
/// @param mean  the scenario's game at the means, see paper_game()
base::Result<std::vector<game::Game>> draw_games(const game::Game& mean,
                                                 const std::vector<Uncertainty>& uncertain,
                                                 std::size_t count, std::uint64_t seed);

/// @returns the same distribution of one number by its quantiles, for sweeps
///   (Distribution::Kind::kScores).
base::Result<landscape::Distribution> distribution_of(const Uncertainty& uncertain);

}  // namespace turnout::scenario
