#pragma once

#include <string>

#include "turnout/base/watch.h"
#include "turnout/scenario/scenario.h"
#include "turnout/window/query.h"

namespace turnout::window {

/// A file, as an answer.
struct MapFile {
  std::string bytes;
  std::string type;  ///< its media type
  std::string name;  ///< what it is saved as; empty for what a page reads
};

/// A map of more points along a side is refused.
inline constexpr std::size_t kMostMapSide = 1000;

/// A map, in one of the formats that the parameter format may name:
/// - json (or none), csv, svg, png: the bytes that `turnout map` writes;
/// - cells: the map alone, row by row from low y: of policies a byte a point, game::Route or the place
///   among the ways to play, 255 where there is no game; else a float32 a point, little endian, NaN
///   where there is no game;
/// - legend: JSON with what the cells mean (docs/openapi.json).
/// Parameters x, y, show and size are the verb's options, but size is 400x400 if it is not given, and
/// at most kMostMapSide each way.
/// @returns errors of analysis::map_answer(); kInvalidValue for another format; kUnsupported for a
///   picture where cairo is missing.
/// Cost: of cells that of landscape::region_map(), policy_map() or played_map(), without the lines.
base::Result<MapFile> map_file(scenario::Scenario scenario, const Query& query,
                               const base::Watch& watch);

}  // namespace turnout::window
