#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/game/parameters.h"

/// The numbers of a game, and what is made of them: a parameter, a ratio, a difference of
/// parameters or ratios, or what an attempt is worth to the user.
namespace turnout::landscape {

/// The nine numbers of a game, in the order of game::parameters().
using Numbers = std::array<double, 9>;
inline constexpr std::size_t kNumbers = 9;
Numbers numbers_of(const game::Game& game);
base::Result<game::Game> game_from(const Numbers& numbers);
/// @returns the game with these nine numbers, and with another game's numbers beyond the paper's.
base::Result<game::Game> game_like(const game::Game& game, const Numbers& numbers);

/// "P", "t2/t1", "c2/p2-c1/p1" or "xi1". Its first parameter is the one that moves it, all else
/// equal; xi_k = V p_k - w t_k is moved by t_k, and so is V p_k at most.
class Measure {
 public:
  /// @param name  a parameter, A/B, A-C, A/B-C, A-C/D, A/B-C/D, xi1 or xi2
  /// @returns kInvalidValue saying what is wrong with it
  static base::Result<Measure> parse(std::string_view name);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// @returns its value in a game; not a number, or infinite, where it divides by 0.
  [[nodiscard]] double value_in(const Numbers& numbers) const;
  /// Moves the first parameter so that the measure has this value.
  /// @returns whether the parameter is in its range then; it is moved only if so.
  bool move(Numbers& numbers, double value) const;
  /// The parameter that moves, by its place in Numbers.
  [[nodiscard]] std::size_t moved() const { return moved_; }
  /// Whether the measure depends on this parameter without moving it.
  [[nodiscard]] bool depends_on(std::size_t parameter) const;
  /// @returns the same quantity moved by V, for xi1 and xi2 where something else moves t_k already;
  ///   nothing for other quantities.
  [[nodiscard]] std::optional<Measure> moved_by_value() const;

 private:
  Measure() = default;
  std::string name_;
  std::size_t moved_ = 0;
  std::optional<std::size_t> over_;              // A/B: B
  std::optional<std::size_t> less_, less_over_;  // ... - C/D
  std::optional<std::size_t> net_of_;            // xi_k: k, from 0
};

}  // namespace turnout::landscape
