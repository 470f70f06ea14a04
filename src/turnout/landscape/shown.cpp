#include "turnout/landscape/shown.h"

#include <algorithm>

namespace turnout::landscape {

std::string_view name_of(Shown shown) { return kShownNames.at(static_cast<std::size_t>(shown)); }

std::optional<Shown> shown_of(std::string_view name) {
  const auto* const at = std::find(kShownNames.begin(), kShownNames.end(), name);
  return at == kShownNames.end() ? std::nullopt
                                 : std::optional(static_cast<Shown>(at - kShownNames.begin()));
}

void want(game::AnswerColumns& answers, Shown shown, double* column) {
  switch (shown) {
    case Shown::kPolicy:
    case Shown::kCascades:
      return;  // told by the route
    case Shown::kCost:
      answers.provider_cost = column;
      return;
    case Shown::kUtility:
      answers.user_utility = column;
      return;
    case Shown::kSuccess:
      answers.success = column;
      return;
    case Shown::kLatency:
      answers.latency = column;
      return;
    case Shown::kServiceCost:
      answers.service_cost = column;
      return;
    case Shown::kCascade:
      answers.cascade = column;
      return;
    case Shown::kAbandon:
      answers.abandon = column;
      return;
    case Shown::kPreferredUtility:
      answers.preferred_utility = column;
      return;
    case Shown::kMisalignment:
    case Shown::kMisaligned:
      answers.misalignment = column;
      return;
    case Shown::kThrottledCost:
      answers.throttled_cost = column;
      return;
    case Shown::kThrottlingGain:
    case Shown::kThrottles:
      answers.throttling_gain = column;
      return;
  }
}

double value_of(Shown shown, std::uint8_t route, double written) {
  if (shown == Shown::kPolicy) return route;
  if (shown == Shown::kCascades) return is_cascade(static_cast<game::Route>(route)) ? 1 : 0;
  if (is_indicator(shown)) return written > 0 ? 1 : 0;
  return written;
}

}  // namespace turnout::landscape
