#pragma once

#include <cstddef>
#include <optional>

#include "turnout/game/best_response.h"

/// The same policy under users who know more than the paper's. docs/theory.md, section 13.
namespace turnout::game {

/// The response of a user who sees which model answered: he leaves after a failure on M1, on M2, on
/// both or on neither.
struct InformedResponse {
  bool leaves_first = false;
  bool leaves_second = false;
  Payoffs<double> payoffs{};
  double believed = 0;  ///< U as he believes it to be, above v0; user_utility if he is calibrated
};

/// @returns the best response to (i, s) of a user who sees which model answered. W_2 = max(0,
///   xi2/eps2) and W_1 = max(0, ((1-s) xi1 + s (xi2 + beta2 W_2)) / (eps1 + beta1 s)) are what going
///   on is worth, as he believes; he leaves where it is less than nothing, at exactly nothing he takes the provider's
///   side. Relative error 1e-14 of the terms.
InformedResponse informed_response(const Game& game, const Policy& policy);

/// The response of a user who counts attempts: he leaves after a fixed number of them, or never.
struct CountingResponse {
  std::optional<std::size_t> leaves_after;  ///< nothing: he never leaves
  Payoffs<double> payoffs{};
  double believed = 0;  ///< U as he believes it to be, above v0; user_utility if he is calibrated
};

/// @returns the best response to (i, s) of a user who knows the policy and the number of the
///   attempt, not who answered. The numbers of attempts are tried until 1e-9 of the tasks are left, 100,000 at most; ties go
///   to the provider. Cost: 10 ns an attempt.
CountingResponse counting_response(const Game& game, const Policy& policy);

}  // namespace turnout::game
