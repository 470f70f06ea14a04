#pragma once

#include "turnout/drawing/canvas.h"
#include "turnout/report/map_report.h"

/// Pictures of what Turnout computes, drawn by cairo.
namespace turnout::drawing {

/// Size of a map's picture in points.
Point map_picture_size(const report::MapReport& report);

/// Draws the map: regions or a scale of colours, the traced lines between regions, the scenario's
/// own point, a legend in words.
void draw_map(Canvas& canvas, const report::MapReport& report);

}  // namespace turnout::drawing
