#pragma once

#include <array>
#include <string>

#include "turnout/landscape/measure.h"

/// What a game may be moved along.
namespace turnout::landscape {

/// A measure of a game, and the range of it that is looked at.
class Axis {
 public:
  /// @param option  that the text was given by, for messages
  /// @param text    MEASURE=LOW:HIGH or MEASURE=LOW:HIGH:log
  /// @returns kInvalidValue naming option, text and what is allowed
  static base::Result<Axis> parse(const std::string& option, const std::string& text);

  [[nodiscard]] const Measure& measure() const { return measure_; }
  [[nodiscard]] const std::string& name() const { return measure_.name(); }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] bool is_logarithmic() const { return logarithmic_; }
  /// @returns the value a share of the way from low to high.
  [[nodiscard]] double at(double share) const;
  /// @returns the share of the way at which a value is; the inverse of at().
  [[nodiscard]] double share_of(double value) const;

 private:
  explicit Axis(Measure measure) : measure_(std::move(measure)) {}
  Measure measure_;
  double low_ = 0, high_ = 1;
  bool logarithmic_ = false;
};

/// Two axes in the order in which they are to be moved: one that depends on what the other moves
/// comes second.
/// @returns kInvalidValue if both move one parameter, or each depends on the other
base::Result<std::array<const Axis*, 2>> in_order(const Axis& x, const Axis& y);

}  // namespace turnout::landscape
