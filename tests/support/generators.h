#pragma once

#include <rapidcheck.h>

#include "turnout/verification/random_games.h"

/// RapidCheck generators of games. Test code only.
namespace turnout::testing {

/// A random game by one of the ledger's draws, of those that are wanted.
inline rc::Gen<game::Game> games(
    const verification::Draw& draw,
    const std::function<bool(const game::Game&)>& wanted = [](const game::Game&) { return true; }) {
  return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [draw, wanted](std::uint64_t seed) {
    base::Rng rng(seed);
    return verification::draw_where(draw, wanted, rng).value();
  });
}

}  // namespace turnout::testing

namespace rc {
template <>
struct Arbitrary<turnout::game::Game> {
  static Gen<turnout::game::Game> arbitrary() {
    return turnout::testing::games(turnout::verification::draw_in_any_order);
  }
};
}  // namespace rc
