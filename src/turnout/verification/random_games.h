#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "turnout/base/rng.h"
#include "turnout/game/best_response.h"

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

/// The games beyond the paper's. Impatient users: the paper's order, and for each model a patience
/// uniform on (0.3, 1), the same for both in half of the games.
game::Game draw_impatient(base::Rng& rng);

/// Users who err: the paper's order, shares of false accepts and rejects uniform on (0, 0.4), harm
/// exponential with mean 1; of two users one is naive, of two providers one has a late churn of its
/// own, exponential with mean 3.
game::Game draw_erring(base::Rng& rng);

/// Any order, and each of the numbers beyond the paper's with probability 1/2.
game::Game draw_fuller(base::Rng& rng);

/// A policy and a response.
struct Play {
  game::Policy policy;
  double abandon = 0;
};

/// Any policy and any response, optimal or not; three of four start on M1.
Play random_play(base::Rng& rng);

/// @returns the first draw that satisfies `wanted`, or nothing after 1,000,000 tries.
std::optional<game::Game> draw_where(const Draw& draw,
                                     const std::function<bool(const game::Game&)>& wanted,
                                     base::Rng& rng);

/// @returns a game that still satisfies `fails` and is written with fewer digits: each number in
///   turn is rounded to as few significant digits as possible, until no number can be made shorter;
///   one beyond the paper's is first tried as the paper has it.
game::Game shrink(const game::Game& game, const std::function<bool(const game::Game&)>& fails);

}  // namespace turnout::verification
