#include "turnout/game/misalignment.h"

#include <algorithm>
#include <array>
#include <vector>

namespace turnout::game {
namespace {

/// A model alone, and the user does what serves him best, by what he truly gets.
struct StaticPlay {
  Route stay;
  Route leave;
};
constexpr std::array<StaticPlay, Game::kModels> kStatic = {
    StaticPlay{Route::kFirstStay, Route::kFirstLeave},
    StaticPlay{Route::kSecondStay, Route::kSecondLeave}};

/// Whether the user likes `a` better than `b`; at equal utility the cheaper one counts as better.
bool preferred_over(const Game& game, const Candidate& a, const Candidate& b) {
  const double gap = utility_gap(game, a, b);
  return gap > 0 || (gap == 0 && cost_gap(game, a, b) < 0);
}

}  // namespace

Misalignment misalignment(const Game& game, const Equilibrium& equilibrium) {
  const Primitives<double> primitives(game);
  std::vector<Candidate> not_played;  // which only a naive user has
  if (game.user().naive) not_played.reserve(2 * Game::kModels);
  const auto candidate_of = [&](Route route) {
    const Candidate* c = equilibrium.find(route);
    return c != nullptr ? c : &not_played.emplace_back(play(game, route));
  };
  const bool stays = primitives.model[0].worth >= 0;
  const Candidate* preferred = candidate_of(stays ? kStatic[0].stay : kStatic[0].leave);
  const auto consider = [&](Route route) {
    if (route == preferred->route) return;
    const Candidate* c = candidate_of(route);
    if (preferred_over(game, *c, *preferred)) preferred = c;
  };
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    if (primitives.model[k].worth >= 0) consider(kStatic[k].stay);
    if (primitives.model[k].worth <= 0) consider(kStatic[k].leave);
  }
  return {*preferred, std::max(0.0, utility_gap(game, *preferred, equilibrium.best())),
          std::max(0.0, cost_gap(game, *preferred, equilibrium.best()))};
}

}  // namespace turnout::game
