#pragma once

#include "turnout/analysis/paper_scenario.h"
#include "turnout/drawing/canvas.h"

namespace turnout::drawing {

inline constexpr Point kResponseSize = {660, 440};

/// The user's best response q to (1, s) as s goes from 0 to 1, both payoffs below, and the
/// thresholds. Where users may stay away and do, the provider's cost is P and they get v0.
void draw_response(Canvas& canvas, const analysis::PaperScenario& paper);

}  // namespace turnout::drawing
