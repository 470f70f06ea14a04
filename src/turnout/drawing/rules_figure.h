#pragma once

#include <optional>

#include "turnout/drawing/canvas.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::drawing {

inline constexpr Point kRulesSize = {800, 600};

/// The paper's guideline figure: from the signs of xi1 and xi2, over comparisons of c/p and P, to
/// the provider's optimal policy. Theorems 3 to 5; docs/theory.md, section 4.
/// @param scenario  whose own way through the figure is marked, with the numbers that are compared.
///   The end of the way is the solver's answer: where the paper's ordering does not hold, it may be
///   none of the rules'; the figure then says so.
void draw_rules(Canvas& canvas, const std::optional<scenario::TwoModelScenario>& scenario);

/// @returns whether the figure has a way that leads to the game's optimum: always in the paper's
///   ordering, away from ties.
bool rules_lead_to_optimum(const game::Game& game);

}  // namespace turnout::drawing
