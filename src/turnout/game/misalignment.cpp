#include "turnout/game/misalignment.h"

#include <algorithm>

namespace turnout::game {
namespace {

bool is_static(Route route) { return !is_cascade(route) && route != Route::kThreat; }

/// Whether the user likes `a` better than `b`; at equal utility the cheaper one counts as better.
bool preferred_over(const Game& game, const Candidate& a, const Candidate& b) {
  const double gap = utility_gap(game, a, b);
  return gap > 0 || (gap == 0 && cost_gap(game, a, b) < 0);
}

}  // namespace

Misalignment misalignment(const Game& game, const Equilibrium& equilibrium) {
  const Candidate* preferred = &equilibrium.best();
  for (const Candidate& c : equilibrium.candidates()) {
    if (!is_static(c.route)) continue;
    if (!is_static(preferred->route) || preferred_over(game, c, *preferred)) preferred = &c;
  }
  return {*preferred, std::max(0.0, utility_gap(game, *preferred, equilibrium.best())),
          std::max(0.0, cost_gap(game, *preferred, equilibrium.best()))};
}

}  // namespace turnout::game
