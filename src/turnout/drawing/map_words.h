#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/analysis/map_answer.h"

/// What a map's picture says in words.
namespace turnout::drawing {

/// @returns what happens in the region of a route, for the legend.
/// @param plain  without the theory's s0 and sL
std::string region_in_words(const analysis::MapAnswer& answer, std::uint8_t route, bool plain);
/// @returns the region's name as it stands in the map, in lines: "(1,0) stay" or, plain, what
///   happens.
std::vector<std::string> name_of_region(const analysis::MapAnswer& answer, std::uint8_t route,
                                        bool plain);
/// @returns what is shown, with its symbol if it has one.
std::string shown_in_words(landscape::Shown shown);
/// @returns the models, and who plays what where s or q is an axis.
std::string subtitle_of(const analysis::MapAnswer& answer);
/// @returns what an axis is; ratios and differences as they are written.
std::string axis_in_words(const landscape::Axis& axis, const analysis::MapAnswer& answer);
/// @returns what the map's lines are; nothing for a map of regions.
std::string lines_in_words(const analysis::MapAnswer& answer);

}  // namespace turnout::drawing
