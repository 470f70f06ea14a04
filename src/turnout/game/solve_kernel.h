#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "turnout/game/equilibrium.h"

/// The equilibria of very many games at once, in structures of arrays, by the vector instructions
/// of the machine that it runs on. docs/theory.md, section 4; docs/kernel.md says what bounds its
/// speed.
namespace turnout::game {

/// The numbers of `size` games, column by column.
struct GameColumns {
  std::size_t size = 0;
  const double* value = nullptr;          ///< V
  const double* churn_penalty = nullptr;  ///< P
  std::array<const double*, Game::kModels> success{}, latency{}, cost{};
  const double* value_of_time = nullptr;  ///< w; null: 1 in all games
  /// A game whose numbers beyond the paper's (patience, prices, ...) all games have that no column
  /// below gives; null: the paper's.
  const Game* like = nullptr;
  /// Columns of numbers beyond the paper's; null: as in `like`. With such a column, or a `like`
  /// that is not the paper's, games are solved one by one, not in lanes.
  std::array<const double*, Game::kModels> price{}, patience{}, false_accept{}, false_reject{};
  const double* outside = nullptr;     ///< v0
  const double* harm = nullptr;        ///< H
  const double* late_churn = nullptr;  ///< P_w, given in all games

  /// Whether no game has a number beyond the paper's.
  [[nodiscard]] bool are_papers() const;
};

/// Where answers go; a null column is not wanted. Asking for no more than route, s, q and J costs
/// about a quarter.
struct AnswerColumns {
  std::uint8_t* route = nullptr;    ///< a Route
  double* cascade = nullptr;        ///< s
  double* abandon = nullptr;        ///< q
  double* provider_cost = nullptr;  ///< J
  double* user_utility = nullptr;   ///< U
  double* success = nullptr;        ///< S
  double* latency = nullptr;        ///< L
  double* service_cost = nullptr;   ///< C
  double* preferred_utility = nullptr;
  double* misalignment = nullptr;
  double* throttled_cost = nullptr;
  double* throttling_gain = nullptr;
};

/// The instruction sets that the kernel is compiled for, from the one that always works.
enum class Instructions : std::uint8_t { kScalar, kAvx2, kAvx512 };
std::string_view to_string(Instructions instructions);
/// @returns those that this machine has, the fastest last.
std::span<const Instructions> available_instructions();

/// Solves all games: the same answers as solve(), misalignment() and throttling() to 1e-12 of what
/// they are made of (the formulas are the same templates; games whose answer rests on a tie or on
/// cancelled digits, or has a mixed response, are handed to those functions).
/// @returns the number of the first game with a number that check() refuses, `games.size` if there
///   is none; answers of games before it are written, of those behind it may be.
/// About three nanoseconds a game and core with AVX-512 and data in cache (bench/KERNEL.md); four
/// times that for all answers. Lay the columns out as columns.h does: where they start decides how
/// fast they come from memory.
std::size_t solve_many(const GameColumns& games, const AnswerColumns& answers);
/// The same by instructions of one's choice, which the machine must have.
std::size_t solve_many(const GameColumns& games, const AnswerColumns& answers,
                       Instructions instructions);

/// @returns game number i of the columns.
base::Result<Game> game_at(const GameColumns& games, std::size_t i);

}  // namespace turnout::game
