#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "turnout/game/columns.h"
#include "turnout/game/solve_kernel.h"

namespace turnout::scenario {

/// Room for some games and their answers, column by column, that the cache holds; what a batch is
/// solved in.
class GameBlock {
 public:
  static constexpr std::size_t kRows = 512;
  static constexpr std::size_t kIn = 8;  ///< V, P, p1, t1, c1, p2, t2, c2; w is 1
  /// The model of the first pass (1 or 2), s, q, J, U, S, L, C, U_pref, misalignment, throttled
  /// cost, throttling gain.
  static constexpr std::size_t kOut = 12;

  double* in(std::size_t k) { return columns_[k]; }
  [[nodiscard]] const double* out(std::size_t k) { return columns_[kIn + k]; }
  [[nodiscard]] game::Route route(std::size_t row) const {
    return static_cast<game::Route>(routes_.at(row));
  }
  /// @returns the game of a row, which check() must not refuse.
  base::Result<game::Game> game(std::size_t row) { return game_at(games(kRows), row); }
  /// Solves the first `count` games. @returns the first that check() refuses, `count` if there is
  /// none.
  std::size_t solve(std::size_t count);

 private:
  game::GameColumns games(std::size_t count);
  game::Columns columns_{kIn + kOut, kRows};
  std::array<std::uint8_t, kRows> routes_{};
};

}  // namespace turnout::scenario
