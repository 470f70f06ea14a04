#pragma once

#include <array>
#include <string>
#include <vector>

#include "turnout/landscape/region_map.h"

/// What a posted policy and a user's way to leave come to over s or q: nothing is optimised that an
/// axis says.
namespace turnout::landscape {

/// @returns whether what is shown has a meaning where s or q is an axis: the payoffs (cost,
///   utility, success, latency, service-cost) have; "abandon" over s and a parameter, "cascade"
///   over q and a parameter.
bool can_be_played(const AxisPair& axes, Shown shown);

/// At each point:
/// - s and q are axes: the policy (1, s) is posted, the user leaves with probability q;
/// - s and a measure of the game: (1, s) is posted, the user answers it with his best response;
/// - q and a measure: the provider's optimal policy is posted, the user leaves with probability q.
/// @param axes   at least one of them s or q
/// @param shown  for which can_be_played() holds
/// @param size   points along x and y
/// @param watch  told of each row as one step, asked after each
/// @returns the map without routes; kInvalidValue where no point is a game; kCancelled.
/// 10 to 100 ns a point; memory 8 bytes a point.
base::Result<RegionMap> played_map(const game::Game& game, const AxisPair& axes, Shown shown,
                                   std::array<std::size_t, 2> size, const base::Watch& watch = {});

/// A line over a map, in the axes' values.
struct Curve {
  std::string name;
  std::vector<std::array<double, 2>> points;
};

/// Over s and q: "q*", the user's best response to (1, s), in two parts where it jumps. Over s and
/// a measure: the thresholds "s0", "sL" and "sH" at which it changes its form. Over q: nothing.
/// @param steps  parts that the axis is cut into
std::vector<Curve> response_curves(const game::Game& game, const AxisPair& axes, std::size_t steps);

}  // namespace turnout::landscape
