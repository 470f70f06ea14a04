#include "turnout/game/robust_policy.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace turnout::game {
namespace {

constexpr std::size_t kStrata = 20;

std::vector<PopulationPart> equally_likely(const std::vector<Game>& draws) {
  std::vector<PopulationPart> parts;
  for (const Game& game : draws) parts.push_back({1 / static_cast<double>(draws.size()), game});
  return parts;
}

/// The expected cost if the policy may depend on the stratum, for draws in this order.
double cost_by_strata(const std::vector<Game>& draws, const std::vector<std::size_t>& order,
                      const base::Cancellation& cancellation) {
  double cost = 0;
  for (std::size_t i = 0; i < kStrata; ++i) {
    const std::size_t first = i * order.size() / kStrata;
    const std::size_t last = (i + 1) * order.size() / kStrata;
    std::vector<Game> stratum;
    for (std::size_t j = first; j < last; ++j) stratum.push_back(draws[order[j]]);
    const double share = static_cast<double>(last - first) / static_cast<double>(order.size());
    cost += share *
            best_for_population(equally_likely(stratum), cancellation).mean.payoffs.provider_cost;
  }
  return cost;
}

std::vector<InformationValue> information(const std::vector<Game>& draws,
                                          const base::Cancellation& cancellation) {
  // The draws are independent, so that their own order makes strata at random.
  std::vector<std::size_t> order(draws.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const double at_random = cost_by_strata(draws, order, cancellation);
  std::vector<InformationValue> values;
  for (const Parameter& parameter : parameters()) {
    const auto value = [&](std::size_t i) { return draws[i].get(parameter); };
    std::iota(order.begin(), order.end(), std::size_t{0});
    const bool varies = std::any_of(order.begin(), order.end(),
                                    [&](std::size_t i) { return value(i) != value(0); });
    if (!varies) continue;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    values.push_back(
        {parameter, std::max(0.0, at_random - cost_by_strata(draws, order, cancellation))});
  }
  std::stable_sort(values.begin(), values.end(),
                   [](const auto& a, const auto& b) { return a.gain > b.gain; });
  return values;
}

}  // namespace

RobustAnswer robust_policy(const std::vector<Game>& draws, const Game& mean,
                           const base::Cancellation& cancellation) {
  const auto parts = equally_likely(draws);
  const Candidate believed = solve(mean).best();
  RobustAnswer answer;
  answer.robust = best_for_population(parts, cancellation);
  answer.at_mean = believed.policy;
  answer.at_mean_over_draws = evaluate_population(parts, believed.policy);
  answer.believed_cost = believed.payoffs.provider_cost;
  answer.threshold = thresholds(mean).stay;
  answer.perfect_information = answer.robust.mean.payoffs.provider_cost;
  for (const Game& game : draws) {
    answer.perfect_information -=
        solve(game).best().payoffs.provider_cost / static_cast<double>(draws.size());
  }
  answer.perfect_information = std::max(0.0, answer.perfect_information);
  answer.information = information(draws, cancellation);
  return answer;
}

}  // namespace turnout::game
