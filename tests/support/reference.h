#pragma once

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <optional>
#include <vector>

#include "turnout/game/equilibrium.h"

/// The game solved in 50 digits, from the definitions and by exhaustion of the candidates of
/// docs/theory.md, without any care for cancellation: 50 digits need none. Test code only.
namespace turnout::testing {

using Digits = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<50>,
                                             boost::multiprecision::et_off>;

struct ReferencePlay {
  game::Route route;
  Digits cascade, cost, utility, success, latency, service_cost;
  Digits fixed, slope;  ///< cost = fixed + slope P
  Digits spent;         ///< utility = (V - v0) success - spent
};

struct ReferenceSolution {
  ReferencePlay best;
  Digits preferred_utility, misalignment, throttled_cost, throttling_gain, penalty_floor;
  bool near_tie = false;  ///< the answer changes within 1e-9 relative of the numbers compared
};

ReferenceSolution reference_solution(const game::Game& game);

}  // namespace turnout::testing
