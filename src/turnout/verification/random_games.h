#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "turnout/base/rng.h"
#include "turnout/game/parameters.h"

namespace turnout::verification {

/// Draws a game. All numbers are multiples of 1/1000, so that a game can be read, typed in and
/// reproduced.
using Draw = std::function<game::Game(base::Rng&)>;

/// The stated distribution of the ledger's rates: p1 < p2 sorted pairs of the uniform on (0.02,
/// 0.98), t1 < t2 and c1 < c2 sorted pairs of the exponential with mean 1, V and P exponential with
/// mean 3. The paper's ordering holds.
game::Game draw_in_paper_order(base::Rng& rng);

/// The same without sorting: any order.
game::Game draw_in_any_order(base::Rng& rng);

/// p1 > p2 and a cheap second model: where the paper's ordering fails and M1 is the larger model.
game::Game draw_larger_first(base::Rng& rng);

/// @returns the first draw that satisfies `wanted`, or nothing after 1,000,000 tries.
std::optional<game::Game> draw_where(const Draw& draw,
                                     const std::function<bool(const game::Game&)>& wanted,
                                     base::Rng& rng);

/// @returns a game that still satisfies `fails` and is written with fewer digits: each number in
///   turn is rounded to as few significant digits as possible, until no number can be made shorter.
game::Game shrink(const game::Game& game, const std::function<bool(const game::Game&)>& fails);

}  // namespace turnout::verification
