#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "turnout/analysis/map_answer.h"

/// A map as text for people, and as CSV, NPY and JSON for programs. docs/formats.md, "Maps of
/// regions".
namespace turnout::report {

/// @returns the name of a region of the map, by its number: "(1,s0) stay", "mini to large, (1,s0)",
///   "no game".
std::string region_name(const analysis::MapAnswer& answer, std::uint8_t region);

/// @returns the share of the map that each region covers, and the range of what is shown, as text.
std::string map_text(const analysis::MapAnswer& answer);

/// Takes text piece by piece, in order; what it returns other than Done ends the writing.
using Sink = std::function<base::Status(std::string_view)>;

// Rows are written as they come: besides the map itself these need the memory of one row. They
// return the sink's error.

/// A header and one row a point: the two quantities, the route (not where s or q is an axis) and,
/// unless it is the policy, the value; empty where there is no such game.
base::Status write_map_csv(const analysis::MapAnswer& answer, const Sink& sink);
/// A NumPy file of the values, height x width, from low y; NaN where there is no such game.
base::Status write_map_npy(const analysis::MapAnswer& answer, const Sink& sink);
/// docs/schemas/map.json; null where there is no such game.
base::Status write_map_json(const analysis::MapAnswer& answer, const Sink& sink);

}  // namespace turnout::report
