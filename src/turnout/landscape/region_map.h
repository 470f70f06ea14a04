#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/game/equilibrium.h"
#include "turnout/game/paper_policy.h"
#include "turnout/landscape/axis.h"
#include "turnout/landscape/boundaries.h"
#include "turnout/landscape/shown.h"

/// The equilibrium over two quantities of a game: a number for each point of a grid, and the lines
/// between its regions.
namespace turnout::landscape {

/// A grid of games. Point (i, j) is at x.at_cell(i, width), y.at_cell(j, height).
struct RegionMap {
  AxisPair axes;
  std::size_t width = 0, height = 0;
  Shown shown = Shown::kPolicy;
  std::vector<double> values;  ///< row by row from low y; NaN where there is no such game
  /// game::Route, or the place in `ways`; kNoGame where there is no such game; empty where s or q is
  /// an axis
  std::vector<std::uint8_t> routes;
  /// Of a policy_map(): a policy for each way to play that was met, its numbers those of some point.
  std::vector<game::PaperPolicy> ways;
  static constexpr std::uint8_t kNoGame = 255;

  [[nodiscard]] const Axis& x() const { return axes.x(); }
  [[nodiscard]] const Axis& y() const { return axes.y(); }
};

/// @param axes   that move the game, both
/// @param size   points along x and y, 1 to 10,000 each
/// @param watch  told of each row as one step, asked after each
/// @returns the map; kInvalidValue where no point is a game; kCancelled.
/// 4 to 15 ns a point (game/solve_kernel.h), beyond the paper's game 0.15 to 0.3 us; memory 9 bytes
/// a point.
base::Result<RegionMap> region_map(const game::Game& game, const AxisPair& axes, Shown shown,
                                   std::array<std::size_t, 2> size, const base::Watch& watch = {});

/// @returns what region_map() says if no point is a game.
base::Error no_point_is_a_game();

/// @param steps  cells along each side in which a line is looked for: a region narrower than that
///   can be missed
/// @param cancellation  asked after each row of cells; the lines mean nothing once it is requested
/// @returns the lines between regions of different routes, by lines_between() with solve().
std::vector<BoundaryPiece> trace_boundaries(const game::Game& game, const AxisPair& axes,
                                            std::size_t steps,
                                            const base::Cancellation& cancellation = {});

/// @returns the number of points of each route in the map; nothing where s or q is an axis.
std::map<std::uint8_t, std::size_t> region_counts(const RegionMap& map);

/// Least and greatest value of a map; low > high if no point has a game.
struct ValueRange {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};
ValueRange value_range(const RegionMap& map);

}  // namespace turnout::landscape
