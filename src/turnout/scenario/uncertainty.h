#pragma once

#include <cstddef>
#include <string>

#include "turnout/game/parameters.h"
#include "turnout/game/task_types.h"

/// Numbers that are not known exactly. docs/formats.md, "Scenario".
namespace turnout::scenario {

/// Of a parameter that all models without a number of their own share.
inline constexpr std::size_t kEveryModel = static_cast<std::size_t>(-1);

/// How well a number of a scenario is known.
struct Uncertainty {
  game::Parameter parameter;  ///< of the game; its model may be kEveryModel for patience
  enum class Kind {
    kInterval,  ///< mean and 95 % interval
    kCounts,    ///< successes of trials: a Beta posterior from a uniform prior
    kRange,     ///< lowest and highest, and no more: a bound, not a posterior; mean is the middle
  } kind = Kind::kInterval;
  double mean = 0;
  double low = 0, high = 0;          ///< kInterval, kRange
  double successes = 0, trials = 0;  ///< kCounts
  /// Which number of [difficulty] it is instead of `parameter`; null: none of them.
  double game::Difficulty::*difficulty = nullptr;
  std::string place = {};  ///< in the file, for messages: "file:line: table.key"; may be empty
};

/// @returns the symbol of the number: V, p1, rho, rho2, ..., sigma, tau, feedback.
std::string symbol(const Uncertainty& uncertain);

/// @returns what the number may be, both ends included.
game::Range range_of(const Uncertainty& uncertain);

/// @returns kInvalidValue, saying what was read and what is allowed, unless the number may be `value`.
base::Status check(const Uncertainty& uncertain, double value);

}  // namespace turnout::scenario
