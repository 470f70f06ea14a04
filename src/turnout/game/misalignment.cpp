#include "turnout/game/misalignment.h"

#include <algorithm>

namespace turnout::game {
namespace {

bool is_static(Route route) { return !is_cascade(route) && route != Route::kThreat; }

/// Whether the user likes `a` better than `b`; at equal utility the cheaper one counts as better.
bool preferred_over(const Game& game, const Candidate& a, const Candidate& b) {
  const Gap gap = gap_between(game, a, b);
  return gap.utility > 0 || (gap.utility == 0 && gap.cost < 0);
}

}  // namespace

Misalignment misalignment(const Game& game, const Equilibrium& equilibrium) {
  const Candidate* preferred = nullptr;
  for (const Candidate& c : equilibrium.candidates()) {
    if (!is_static(c.route)) continue;
    if (preferred == nullptr || preferred_over(game, c, *preferred)) preferred = &c;
  }
  const Gap gap = gap_between(game, *preferred, equilibrium.best());
  return {*preferred, std::max(0.0, gap.utility), std::max(0.0, gap.cost)};
}

}  // namespace turnout::game
