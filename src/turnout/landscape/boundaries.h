#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "turnout/base/cancellation.h"

/// The lines between the regions of a map.
namespace turnout::landscape {

/// A piece of the line between two regions, in shares of the axes' ranges.
struct BoundaryPiece {
  std::array<double, 2> from{}, to{};
  std::uint8_t one_side = 0, other_side = 0;  ///< their numbers
};

/// The number of the region that a point lies in, by shares of the axes' ranges.
using RegionAt = std::function<std::uint8_t(double x, double y)>;

/// @param steps  cells along each side in which a line is looked for: a region narrower than that
///   can be missed
/// @param cancellation  asked after each row of cells; the lines mean nothing once it is requested
/// @returns the lines between regions. A cell's side whose ends differ is bisected to 2^-40 of its
///   length; between the crossings of one cell the line is straight. Three or more meet in a point.
std::vector<BoundaryPiece> lines_between(const RegionAt& region_at, std::size_t steps,
                                         const base::Cancellation& cancellation = {});

}  // namespace turnout::landscape
