#pragma once

#include <string>

#include "turnout/analysis/map_answer.h"
#include "turnout/drawing/canvas.h"

/// Pictures of what Turnout computes, drawn by cairo.
namespace turnout::drawing {

/// What stands on a map's picture; what is empty is said in the map's own words.
struct MapWords {
  std::string title, subtitle, x, y;
  std::string own;          ///< what the scenario's point is
  bool plain = false;       ///< regions are told by what happens in them, not by (i, s)
  Point plot = {560, 440};  ///< size of the map within the picture
};

/// Size of a map's picture in points.
Point map_picture_size(const analysis::MapAnswer& answer, const MapWords& words = {});

/// Draws the map: regions or a scale of colours, the traced lines between regions or the curves of
/// the user's response, the scenario's own point, a legend in words.
void draw_map(Canvas& canvas, const analysis::MapAnswer& answer, const MapWords& words = {});

}  // namespace turnout::drawing
