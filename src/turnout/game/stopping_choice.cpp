#include "turnout/game/stopping_choice.h"

#include <algorithm>
#include <limits>

namespace turnout::game {

std::size_t best_stop(const User& user, std::span<const Stop> stops, std::size_t first) {
  const DecisionWeights weights(user);
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t m = first; m < stops.size(); ++m)
    most = std::max(most, weights.utility(stops[m].had));
  const double enough = most - kNegligible * at_stake(user, stops.back().had);
  std::size_t best = stops.size();
  for (std::size_t m = first; m < stops.size(); ++m) {
    if (weights.utility(stops[m].had) < enough) continue;
    if (best == stops.size() || stops[m].cost < stops[best].cost) best = m;
  }
  return best;
}

}  // namespace turnout::game
