#include "turnout/game/robust_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "turnout/game/belief_plan.h"
#include "turnout/game/population_plan.h"

namespace turnout::game {
namespace {

constexpr std::size_t kMostConsidered = 200;
constexpr std::size_t kNodesForOneGame = 20'000;
constexpr std::size_t kMostHopes = 16'000'000;  // of all games together: 128 MB

double mean(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
}

/// The sequences that are best in some game, the most frequent first.
std::vector<Sequence> most_frequent(const std::map<Sequence, std::size_t>& times) {
  std::vector<std::pair<std::size_t, Sequence>> all;
  for (const auto& [sequence, count] : times) all.emplace_back(count, sequence);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Sequence> found;
  for (std::size_t i = 0; i < std::min(kMostConsidered, all.size()); ++i)
    found.push_back(std::move(all[i].second));
  return found;
}

std::vector<double> costs_of(std::span<const PossibleGame> games, const Sequence& sequence) {
  std::vector<double> costs;
  for (const PossibleGame& game : games) costs.push_back(sequence_cost(game, sequence));
  return costs;
}

void consider(SequenceCosts& considered, std::span<const PossibleGame> games, Sequence sequence) {
  const auto& known = considered.sequences;
  if (std::find(known.begin(), known.end(), sequence) != known.end()) return;
  considered.cost.push_back(costs_of(games, sequence));
  considered.sequences.push_back(std::move(sequence));
}

std::size_t cheapest(const SequenceCosts& costs) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < costs.sequences.size(); ++i) {
    if (mean(costs.cost[i]) < mean(costs.cost[best])) best = i;
  }
  return best;
}

/// Branch and bound, for smaller and smaller savings until the nodes are used up.
SearchedSequence search(std::span<const PossibleGame> games, std::size_t depth,
                        ValuedSequence incumbent, const SearchLimits& limits) {
  constexpr std::array<double, 4> kLeastSavings = {1e-2, 1e-3, 1e-4, 1e-9};
  std::vector<std::vector<Segment>> users;
  for (const PossibleGame& game : games) users.push_back(merged(game.segments));
  std::vector<SearchedGame> searched;
  for (std::size_t g = 0; g < games.size(); ++g) {
    searched.push_back({PrefixBounds(games[g].game, users[g], games[g].types, depth,
                                     std::max<std::size_t>(1, kMostHopes / games.size())),
                        1 / static_cast<double>(games.size())});
  }
  SearchLimits left = limits;
  SearchedSequence found{std::move(incumbent), {-std::numeric_limits<double>::infinity()}};
  double bound = found.certificate.bound;
  for (const double saving : kLeastSavings) {
    found = search_sequences(searched, games.front().game.size(), depth, Objective::kMeanCost,
                             std::move(found.best), saving * std::abs(found.best.value), left);
    bound = std::max(bound, found.certificate.bound);
    left.nodes -= std::min(left.nodes, found.certificate.nodes);
    if (left.nodes == 0 || limits.watch.cancellation.requested()) break;
  }
  found.certificate.bound = std::min(bound, found.best.value);
  found.certificate.nodes = limits.nodes - left.nodes;
  return found;
}

/// The sequence that changes its model last the earliest, among those that start as this one does and
/// cost at most a ten-thousandth more, and no more than `most`: late attempts that hardly anybody makes
/// are not worth a rule.
Sequence plainer(std::span<const PossibleGame> games, const Sequence& best, double cost,
                 double most) {
  constexpr double kNotWorthARule = 1e-4;
  most = std::min(most, cost + kNotWorthARule * std::abs(cost));
  for (std::size_t kept = 0; kept + 1 < best.size(); ++kept) {
    for (std::size_t k = 0; k < games.front().game.size(); ++k) {
      Sequence plain = best;
      std::fill(plain.begin() + static_cast<std::ptrdiff_t>(kept), plain.end(), k);
      if (mean(costs_of(games, plain)) <= most) return plain;
    }
  }
  return best;
}

constexpr std::size_t kStrata = 20;

/// The mean cost if the sequence may depend on the stratum, for games in this order.
double cost_by_strata(const SequenceCosts& costs, const std::vector<std::size_t>& order) {
  double cost = 0;
  for (std::size_t i = 0; i < kStrata; ++i) {
    const std::size_t first = i * order.size() / kStrata;
    const std::size_t last = (i + 1) * order.size() / kStrata;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& of_sequence : costs.cost) {
      double sum = 0;
      for (std::size_t j = first; j < last; ++j) sum += of_sequence[order[j]];
      least = std::min(least, sum);
    }
    if (last > first) cost += least / static_cast<double>(order.size());
  }
  return cost;
}

}  // namespace

double sequence_cost(const PossibleGame& game, const Sequence& sequence) {
  return play_sequence_for_all(game.game, game.segments, game.types, sequence).mean.provider_cost;
}

ValuedSequence best_for_game(const PossibleGame& game, std::size_t depth,
                             const SearchLimits& limits) {
  const CertifiedPlan best =
      best_sequence_for_all(game.game, game.segments, game.types, depth, limits);
  ValuedSequence found{{}, best.plan.payoffs.provider_cost};
  for (const PlannedAttempt& attempt : best.plan.attempts)
    found.models.push_back(attempt.models.front().first);
  return found;
}

RobustPlan robust_plan(std::span<const PossibleGame> games, std::size_t depth,
                       std::span<const Sequence> hints, const SearchLimits& limits) {
  RobustPlan plan;
  std::map<Sequence, std::size_t> times;
  SearchLimits of_one{kNodesForOneGame, {}};
  of_one.watch.cancellation = limits.watch.cancellation;
  for (const PossibleGame& game : games) {
    ValuedSequence own = best_for_game(game, depth, of_one);
    plan.least.push_back(own.value);
    ++times[std::move(own.models)];
    limits.watch.on_steps(1);
    if (limits.watch.cancellation.requested()) return plan;
  }
  double hinted = std::numeric_limits<double>::infinity();
  for (const Sequence& hint : hints) {
    consider(plan.considered, games, hint);
    hinted = std::min(hinted, mean(costs_of(games, hint)));
  }
  for (Sequence& sequence : most_frequent(times)) {
    consider(plan.considered, games, std::move(sequence));
    if (limits.watch.cancellation.requested()) return plan;
  }
  const std::size_t first = cheapest(plan.considered);
  SearchedSequence found = search(
      games, depth, {plan.considered.sequences[first], mean(plan.considered.cost[first])}, limits);
  plan.sequence = plainer(games, found.best.models, found.best.value, hinted);
  consider(plan.considered, games, std::move(found.best.models));
  plan.costs = costs_of(games, plan.sequence);
  const double reached = mean(plan.costs);
  plan.certificate = found.certificate;
  plan.certificate.bound = std::min(plan.certificate.bound, reached);
  plan.certificate.gap = reached - plan.certificate.bound;
  // A search of one game that was cut short may have missed what another game's found.
  for (std::size_t g = 0; g < games.size(); ++g) {
    for (const auto& costs : plan.considered.cost)
      plan.least[g] = std::min(plan.least[g], costs[g]);
  }
  return plan;
}

std::vector<double> information_gains(const SequenceCosts& costs,
                                      std::span<const std::vector<double>> numbers) {
  std::vector<double> gains;
  if (costs.cost.empty()) {
    gains.assign(numbers.size(), 0);
    return gains;
  }
  // The games are drawn independently, so that their own order makes strata at random.
  std::vector<std::size_t> order(costs.cost.front().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  constexpr double kRounding = 1e-12;  // of sums of the same numbers in another order
  const double at_random = cost_by_strata(costs, order);
  for (const std::vector<double>& number : numbers) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return number[a] < number[b]; });
    const double gain = at_random - cost_by_strata(costs, order);
    gains.push_back(gain > kRounding * std::abs(at_random) ? gain : 0);
  }
  return gains;
}

}  // namespace turnout::game
