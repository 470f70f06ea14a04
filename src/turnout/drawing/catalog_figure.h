#pragma once

#include <string>
#include <vector>

#include "turnout/drawing/canvas.h"
#include "turnout/scenario/model_catalog.h"

namespace turnout::drawing {

inline constexpr Point kCatalogSize = {700, 480};

/// Every model by its cost-of-pass c/p and its latency-of-pass t/p, both logarithmic. Models that
/// no other beats in both have their names, beside them or at the end of a line.
/// @param source  which catalogue it is, and of when
void draw_catalog(Canvas& canvas, const std::vector<scenario::CatalogModel>& models,
                  const std::string& source);

/// A text's place on a sheet.
struct Box {
  Point corner, size;
};

/// Finds places for texts beside points such that no two texts overlap, nor a text any of `dots`:
/// one after the other takes the nearest place that is free, if it can one whose line to the point
/// runs over no text.
/// @param points  those to be labelled
/// @param sizes   of their texts
/// @param within  that no text leaves
/// @returns a box for each point, in their order; where nothing is free the one furthest out is
///   taken all the same.
std::vector<Box> place_labels(const std::vector<Point>& points, const std::vector<Point>& sizes,
                              const std::vector<Point>& dots, const Box& within);

}  // namespace turnout::drawing
