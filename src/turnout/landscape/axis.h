#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/landscape/measure.h"

/// What a game, or the way it is played, may be moved along.
namespace turnout::landscape {

/// A quantity, and the range of it that is looked at: a measure of the game, or s or q of the way
/// it is played.
class Axis {
 public:
  enum class Moves : std::uint8_t {
    kGame,     ///< a measure of the game
    kCascade,  ///< s of the posted policy (1, s)
    kAbandon,  ///< q, with which the user leaves after a failed attempt
  };

  /// @param option  that the text was given by, for messages
  /// @param text    QUANTITY=LOW:HIGH or QUANTITY=LOW:HIGH:log; the quantity is a Measure, "s" or
  ///   "q", whose ranges lie in [0, 1]
  /// @param models  of the games that are moved along it
  /// @returns kInvalidValue naming option, text and what is allowed
  static base::Result<Axis> parse(const std::string& option, const std::string& text,
                                  std::size_t models = game::Game::kModels);

  /// @returns the names of quantities that are no ratio and no difference: V, ..., Pw, rho, xi1,
  ///   xi2, s, q.
  static std::vector<std::string> names();

  [[nodiscard]] Moves moves() const { return moves_; }
  [[nodiscard]] bool moves_game() const { return moves_ == Moves::kGame; }
  /// Only for an axis that moves the game.
  [[nodiscard]] const Measure& measure() const { return *measure_; }
  /// @returns this axis with its measure moved by another parameter.
  [[nodiscard]] Axis moved_by(const Measure& measure) const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] bool is_logarithmic() const { return logarithmic_; }
  /// @returns the value a share of the way from low to high.
  [[nodiscard]] double at(double share) const;
  /// @returns the value at the middle of cell i of `cells`.
  [[nodiscard]] double at_cell(std::size_t i, std::size_t cells) const {
    return at((static_cast<double>(i) + 0.5) / static_cast<double>(cells));
  }
  /// @returns the share of the way at which a value is; the inverse of at().
  [[nodiscard]] double share_of(double value) const;

 private:
  Axis() = default;
  std::string name_;
  Moves moves_ = Moves::kGame;
  std::optional<Measure> measure_;  // if it moves the game
  double low_ = 0, high_ = 1;
  bool logarithmic_ = false;
};

/// The two axes of a map, and how a game is moved along those that move it.
class AxisPair {
 public:
  /// Where both would move one latency, the one that is xi1 or xi2 moves V instead.
  /// @returns kInvalidValue if both move one parameter, each depends on the other, or both are s,
  ///   or q
  static base::Result<AxisPair> make(const Axis& x, const Axis& y);

  [[nodiscard]] const Axis& x() const { return x_; }
  [[nodiscard]] const Axis& y() const { return y_; }
  /// Whether s or q is an axis: then nothing is solved for it, it is as the axis says.
  [[nodiscard]] bool is_played() const { return !x_.moves_game() || !y_.moves_game(); }
  /// Moves a game to a point; an axis that depends on what the other moves comes second.
  /// @returns whether all its parameters are in their ranges there.
  [[nodiscard]] bool move(std::span<double> numbers, double x_value, double y_value) const;

 private:
  AxisPair(Axis x, Axis y, bool x_first) : x_(std::move(x)), y_(std::move(y)), x_first_(x_first) {}
  Axis x_, y_;
  bool x_first_ = true;
};

}  // namespace turnout::landscape
