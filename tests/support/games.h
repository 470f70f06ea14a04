#pragma once

#include "turnout/game/parameters.h"

/// Games written in one line. Test code only.
namespace turnout::testing {

/// A game by its numbers, which must be in range.
inline game::Game game_of(double value, double penalty, game::Model first, game::Model second,
                          double value_of_time = 1) {
  return game::Game::make({value, value_of_time}, {penalty}, {first, second}).value();
}

}  // namespace turnout::testing
