#include "turnout/game/population_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "turnout/game/attempt_outcome.h"
#include "turnout/game/prefix_bounds.h"
#include "turnout/game/sequence_search.h"
#include "turnout/game/stopping_choice.h"

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Savings below this share of the cost are not looked for. Attempts that hardly anybody reaches
/// tie, and a smaller share would have the search try all their orders.
constexpr double kLeastSaving = 1e-10;

Stop stop_of(const AttemptWalk& walk, const RoutingGame& game) {
  return {{walk.payoffs.success, walk.misled, walk.payoffs.latency, walk.paid},
          walk.ended(game).provider_cost};
}

double mean_cost(std::span<const Segment> segments, std::span<const Stop> stops,
                 std::size_t first) {
  double cost = 0;
  for (const Segment& segment : segments)
    cost += segment.share * stops[best_stop(segment.user, stops, first)].cost;
  return cost;
}

double sequence_cost(const RoutingGame& game, std::span<const Segment> segments,
                     const TaskTypes& types, const std::vector<std::size_t>& sequence) {
  AttemptWalk walk(types);
  std::vector<Stop> stops = {stop_of(walk, game)};
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    walk.attempt(game, types, std::span(sequence).first(j), sequence[j]);
    stops.push_back(stop_of(walk, game));
  }
  return mean_cost(segments, stops, first_stop(game));
}

void add(PlanPayoffs& sum, double share, const PlanPayoffs& p) {
  sum.provider_cost += share * p.provider_cost;
  sum.user_utility += share * p.user_utility;
  sum.success += share * p.success;
  sum.latency += share * p.latency;
  sum.service_cost += share * p.service_cost;
}

EscalationPlan plan_for_all(const RoutingGame& game, std::span<const Segment> segments,
                            const TaskTypes& types, const std::vector<std::size_t>& sequence) {
  const PopulationPlay play = play_sequence_for_all(game, segments, types, sequence);
  EscalationPlan plan;
  std::size_t longest = 0;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    if (segments[s].share > 0) longest = std::max(longest, play.attempts[s]);
  }
  for (std::size_t j = 0; j < sequence.size(); ++j)
    plan.attempts.push_back({{{sequence[j], 1.0}}, play.reach[j]});
  if (longest < sequence.size()) plan.leaves_after = longest;
  plan.ends = true;
  plan.payoffs = play.mean;
  return plan;
}

std::vector<std::size_t> cheapest_cascade(const RoutingGame& game,
                                          std::span<const Segment> segments, const TaskTypes& types,
                                          std::size_t depth,
                                          const base::Cancellation& cancellation) {
  std::vector<std::size_t> best;
  double cost = kInfinity;
  for_each_cascade(types.models(), depth, [&](const std::vector<std::size_t>& sequence) {
    if (!best.empty() && cancellation.requested()) return;
    const double now = sequence_cost(game, segments, types, sequence);
    if (!best.empty() && now >= cost) return;
    cost = now;
    best = sequence;
  });
  return best;
}

}  // namespace

PopulationPlay play_sequence_for_all(const RoutingGame& game, std::span<const Segment> segments,
                                     const TaskTypes& types,
                                     const std::vector<std::size_t>& sequence) {
  AttemptWalk walk(types);
  std::vector<Stop> stops = {stop_of(walk, game)};
  std::vector<PlanPayoffs> payoffs = {walk.ended(game)};
  std::vector<double> reach;
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    reach.push_back(walk.reach);
    walk.attempt(game, types, std::span(sequence).first(j), sequence[j]);
    stops.push_back(stop_of(walk, game));
    payoffs.push_back(walk.ended(game));
  }
  PopulationPlay play;
  play.reach.assign(sequence.size(), 0);
  for (const Segment& segment : segments) {
    const std::size_t made = best_stop(segment.user, stops, first_stop(game));
    play.attempts.push_back(made);
    play.by_segment.push_back(payoffs[made]);
    play.by_segment.back().user_utility = actual_utility(segment.user, stops[made].had);
    add(play.mean, segment.share, play.by_segment.back());
    for (std::size_t j = 0; j < made; ++j) play.reach[j] += segment.share * reach[j];
  }
  // Shares sum to 1 but for rounding.
  play.mean.success = std::min(play.mean.success, 1.0);
  for (double& r : play.reach) r = std::min(r, 1.0);
  return play;
}

CertifiedPlan best_sequence_for_all(const RoutingGame& game, std::span<const Segment> segments,
                                    const TaskTypes& types, std::size_t depth,
                                    const SearchLimits& limits) {
  const std::vector<Segment> distinct = merged(segments);
  auto incumbent = cheapest_cascade(game, distinct, types, depth, limits.watch.cancellation);
  const double cost = sequence_cost(game, distinct, types, incumbent);
  const std::vector<SearchedGame> only = {{PrefixBounds(game, distinct, types, depth)}};
  auto search =
      search_sequences(only, types.models(), depth, Objective::kMeanCost,
                       {std::move(incumbent), cost}, kLeastSaving * std::abs(cost), limits);
  CertifiedPlan found;
  found.certificate = search.certificate;
  found.plan = plan_for_all(game, segments, types, search.best.models);
  const double reached = found.plan.payoffs.provider_cost;
  found.certificate.bound = std::min(found.certificate.bound, reached);
  found.certificate.gap = reached - found.certificate.bound;
  return found;
}

EscalationPlan best_static_sequence_for_all(const RoutingGame& game,
                                            std::span<const Segment> segments,
                                            const TaskTypes& types, std::size_t depth) {
  const std::vector<Segment> distinct = merged(segments);
  std::vector<std::size_t> best;
  double cost = kInfinity;
  for (std::size_t k = 0; k < types.models(); ++k) {
    std::vector<std::size_t> sequence(depth, k);
    const double now = sequence_cost(game, distinct, types, sequence);
    if (k > 0 && now >= cost) continue;
    cost = now;
    best = std::move(sequence);
  }
  return plan_for_all(game, segments, types, best);
}

EscalationPlan best_cascade_sequence_for_all(const RoutingGame& game,
                                             std::span<const Segment> segments,
                                             const TaskTypes& types, std::size_t depth,
                                             const base::Cancellation& cancellation) {
  return plan_for_all(game, segments, types,
                      cheapest_cascade(game, merged(segments), types, depth, cancellation));
}

}  // namespace turnout::game
