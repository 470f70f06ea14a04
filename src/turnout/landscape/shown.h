#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "turnout/game/solve_kernel.h"

namespace turnout::landscape {

/// What is looked at in each of many games.
enum class Shown : std::uint8_t {
  kPolicy,  ///< the route, as its number
  kCost,
  kUtility,
  kSuccess,
  kLatency,
  kServiceCost,
  kCascade,
  kAbandon,
  kPreferredUtility,
  kMisalignment,
  kThrottledCost,
  kThrottlingGain,
  kCascades,    ///< 1 if an interior cascade is optimal, else 0
  kMisaligned,  ///< 1 if the user would prefer another policy
  kThrottles,   ///< 1 if throttling pays
};
inline constexpr std::array<std::string_view, 15> kShownNames = {
    "policy",       "cost",           "utility",
    "success",      "latency",        "service-cost",
    "cascade",      "abandon",        "preferred-utility",
    "misalignment", "throttled-cost", "throttling-gain",
    "cascades",     "misaligned",     "throttles"};

std::string_view name_of(Shown shown);
/// @returns nothing for a name that is none.
std::optional<Shown> shown_of(std::string_view name);

/// @returns whether it is 0 or 1.
constexpr bool is_indicator(Shown shown) { return shown >= Shown::kCascades; }

/// @returns the number that an indicator is made of, another one itself: who asks for both needs
///   one column.
constexpr Shown made_of(Shown shown) {
  if (shown == Shown::kMisaligned) return Shown::kMisalignment;
  return shown == Shown::kThrottles ? Shown::kThrottlingGain : shown;
}

/// Has the kernel write what `shown` is made of into a column; routes are needed besides.
void want(game::AnswerColumns& answers, Shown shown, double* column);

/// @returns its value in a game, from the game's route and what the kernel wrote into the column.
double value_of(Shown shown, std::uint8_t route, double written);

}  // namespace turnout::landscape
