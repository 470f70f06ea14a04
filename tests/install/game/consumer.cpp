#include <iostream>

#include "turnout/game/equilibrium.h"

int main() {
  const auto game = turnout::game::Game::make({12, 1}, {4}, {{{0.45, 3, 0.4}, {0.8, 9, 2}}});
  if (!game) return 1;
  const auto equilibrium = turnout::game::solve(*game);
  std::cout << "J = " << equilibrium.best().payoffs.provider_cost << '\n';
  return equilibrium.best().policy.start == 0 ? 0 : 1;
}
