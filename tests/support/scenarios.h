#pragma once

#include "turnout/scenario/scenario.h"

/// Scenarios written in one line. Test code only.
namespace turnout::testing {

/// A scenario of two models, "mini" and "large", by its numbers, which must be in range.
inline scenario::Scenario scenario_of(double value, double penalty, game::Model first,
                                      game::Model second, double value_of_time = 1) {
  auto game = game::RoutingGame::make({value, value_of_time}, {penalty}, {first, second});
  return {"test", std::move(game).value(), {"mini", "large"}, {}, {}, {}, true, {}, {}};
}

}  // namespace turnout::testing
