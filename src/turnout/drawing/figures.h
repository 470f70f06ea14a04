#pragma once

#include <string>
#include <vector>

#include "turnout/drawing/canvas.h"
#include "turnout/scenario/model_catalog.h"
#include "turnout/scenario/scenario_scope.h"

/// The figures of docs/figures that are no maps.
namespace turnout::drawing {

inline constexpr Point kFigureSize = {660, 420};

/// The user's best response q to (1, s) as s goes from 0 to 1, both payoffs below, and the
/// thresholds.
void draw_response(Canvas& canvas, const scenario::TwoModelScenario& scenario);

/// Every model by its cost-of-pass c/p and its latency-of-pass t/p, both logarithmic; models that
/// no other beats in both have their names.
void draw_catalog(Canvas& canvas, const std::vector<scenario::CatalogModel>& models);

}  // namespace turnout::drawing
