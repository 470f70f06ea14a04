#pragma once

#include "turnout/landscape/region_map.h"

/// The best policy (i, s) of any number of models, whose users may stay away, over two quantities of
/// the game. docs/theory.md, sections 24 and 10.
namespace turnout::landscape {

/// How many ways to play a map can tell apart.
inline constexpr std::size_t kMostWays = RegionMap::kNoGame;

/// @param game   without switching costs
/// @param axes   that move the game, both, parsed for its number of models
/// @param shown  of preferred-utility, misalignment, throttled-cost, throttling-gain and their
///   indicators what game::plan_audit() says, of all else what game::best_paper_policy() comes to;
///   utilities with v0 in them
/// @param size   points along x and y, 1 to 10,000 each
/// @param watch  told of each row as one step, asked after each
/// @returns the map, with its `ways`; kInvalidValue where no point is a game; kUnsupported where
///   there are more than kMostWays; kCancelled.
/// Cost of a point: N^2 solves, N^3 steps where the audit is shown: some microseconds for four
/// models; memory 9 bytes.
base::Result<RegionMap> policy_map(const game::RoutingGame& game, const AxisPair& axes, Shown shown,
                                   std::array<std::size_t, 2> size, const base::Watch& watch = {});

/// @param map  by policy_map(); `ways` grows by those that are met between its points
/// @returns the lines between ways to play, by lines_between().
std::vector<BoundaryPiece> trace_ways(const game::RoutingGame& game, RegionMap& map,
                                      std::size_t steps,
                                      const base::Cancellation& cancellation = {});

}  // namespace turnout::landscape
