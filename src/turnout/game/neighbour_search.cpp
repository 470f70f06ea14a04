#include "turnout/game/neighbour_search.h"

#include <utility>

namespace turnout::game {

ValuedSequence best_neighbour(ValuedSequence best, std::size_t models, double least_gain,
                              const ObjectiveBelow& objective,
                              const base::Cancellation& cancellation) {
  bool better = true;
  const auto try_instead = [&](std::vector<std::size_t> sequence) {
    if (sequence == best.models) return;
    const double enough = best.value - least_gain;
    const double value = objective(sequence, enough);
    if (!(value < enough)) return;
    best = {std::move(sequence), value};
    better = true;
  };
  while (better && !cancellation.requested()) {
    better = false;
    for (std::size_t j = 0; j < best.models.size(); ++j) {
      for (std::size_t k = 0; k < models; ++k) {
        auto other = best.models;
        other[j] = k;
        try_instead(std::move(other));
      }
      if (j == 0) continue;
      auto swapped = best.models;
      std::swap(swapped[j - 1], swapped[j]);
      try_instead(std::move(swapped));
    }
  }
  return best;
}

}  // namespace turnout::game
