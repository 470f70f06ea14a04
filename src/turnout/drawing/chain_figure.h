#pragma once

#include <optional>

#include "turnout/drawing/canvas.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::drawing {

inline constexpr Point kChainSize = {720, 440};

/// The Markov chain of a task under policy (i, s) and a user who leaves with q: from M1 and M2 to
/// "solved" and "left", with the probabilities of its steps. docs/theory.md, section 2.
/// @param scenario  whose numbers stand at the steps, at the provider's optimum; without one the
///   formulas alone, from M1
void draw_chain(Canvas& canvas, const std::optional<scenario::TwoModelScenario>& scenario);

}  // namespace turnout::drawing
