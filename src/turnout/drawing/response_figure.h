#pragma once

#include "turnout/drawing/canvas.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::drawing {

inline constexpr Point kResponseSize = {660, 440};

/// The user's best response q to (1, s) as s goes from 0 to 1, both payoffs below, and the
/// thresholds.
void draw_response(Canvas& canvas, const scenario::TwoModelScenario& scenario);

}  // namespace turnout::drawing
