#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/game/parameters.h"

/// What a game may be moved along: a parameter, a ratio, or a difference of parameters or ratios.
namespace turnout::landscape {

/// The nine numbers of a game, in the order of game::parameters().
using Numbers = std::array<double, 9>;
inline constexpr std::size_t kNumbers = 9;
Numbers numbers_of(const game::Game& game);
base::Result<game::Game> game_from(const Numbers& numbers);

/// A quantity of a game, "P", "t2/t1" or "c2/p2-c1/p1", and the range of it that is looked at. Its first parameter is
/// the one that moves, all else equal.
class Axis {
 public:
  /// @param option  that the text was given by, for messages
  /// @param text    NAME=LOW:HIGH or NAME=LOW:HIGH:log, where NAME is a parameter, A/B, A-C, A/B-C, A-C/D or A/B-C/D
  /// @returns kMalformedInput or kInvalidValue naming option, text and what is allowed
  static base::Result<Axis> parse(const std::string& option, const std::string& text);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] bool is_logarithmic() const { return logarithmic_; }
  /// @returns the value a share of the way from low to high.
  [[nodiscard]] double at(double share) const;
  /// @returns the share of the way at which a value is; the inverse of at().
  [[nodiscard]] double share_of(double value) const;
  /// @returns the quantity's value in a game.
  [[nodiscard]] double value_in(const Numbers& numbers) const;
  /// Moves the first parameter so that the quantity has this value.
  /// @returns whether the parameter is in its range then; it is moved only if so.
  bool move(Numbers& numbers, double value) const;
  /// The parameter that moves, by its place in Numbers.
  [[nodiscard]] std::size_t moved() const { return moved_; }
  /// Whether the quantity depends on this parameter without moving it.
  [[nodiscard]] bool depends_on(std::size_t parameter) const;

 private:
  Axis() = default;
  std::string name_;
  std::size_t moved_ = 0;
  std::optional<std::size_t> over_;              // A/B: B
  std::optional<std::size_t> less_, less_over_;  // ... - C/D
  double low_ = 0, high_ = 1;
  bool logarithmic_ = false;
};

/// Two axes in the order in which they are to be moved: one that depends on what the other moves comes second.
/// @returns kInvalidValue if both move one parameter, or each depends on the other
base::Result<std::array<const Axis*, 2>> in_order(const Axis& x, const Axis& y);

}  // namespace turnout::landscape
