#pragma once

#include <string>

#include "turnout/analysis/map_answer.h"

namespace turnout::window {

/// @returns JSON with what a map's cells mean: of policies the name, the words and the colour of each
///   region and how many points it has; else the range of the values and the scale of colours; the
///   axes with the values of their points and their ticks, and where the scenario itself is.
///   docs/openapi.json, "MapLegend".
base::Result<std::string> map_legend(const analysis::MapAnswer& answer);

}  // namespace turnout::window
