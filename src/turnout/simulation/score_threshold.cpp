#include "turnout/simulation/score_threshold.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace turnout::simulation {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTie = 1e-12;

/// Sums over some tasks, if users make so many attempts.
struct Sums {
  double utility = 0;
  double cost = 0;
  double at_stake = 0;

  void add(const Sums& other) {
    utility += other.utility;
    cost += other.cost;
    at_stake += other.at_stake;
  }
};

/// By attempts made, from 0.
using ByAttempts = std::vector<Sums>;

/// Adds what one task comes to under a policy.
void add_task(ByAttempts& sums, const game::RoutingGame& game, const Servings& servings,
              std::size_t task) {
  Sums one{0, game.churn_penalty(), 0};
  double open = 1;
  double spent = 0;
  sums[0].add(one);
  for (std::size_t j = 0; j < servings.size(); ++j) {
    const Serving& s = servings[j][task];
    const double worth = game.user().value * open * s.success;
    const double wait = open * s.wait;
    spent += open * s.cost;
    open -= open * s.success;
    one = {one.utility + worth - wait, spent + game.churn_penalty() * open,
           one.at_stake + worth + wait};
    sums[j + 1].add(one);
  }
}

/// sums[i]: of the tasks before the i-th of these ranks in this order; the last of all tasks.
std::vector<ByAttempts> running(const game::RoutingGame& game, const Servings& servings,
                                const std::vector<std::size_t>& order,
                                const std::vector<std::size_t>& ranks) {
  std::vector<ByAttempts> sums;
  ByAttempts now(servings.size() + 1);
  std::size_t done = 0;
  for (const std::size_t rank : ranks) {
    for (; done < rank; ++done) add_task(now, game, servings, order[done]);
    sums.push_back(now);
  }
  return sums;
}

/// Ranks of the scores that are tried, each the first of its score, and the number of tasks;
/// increasing.
std::vector<std::size_t> ranks_to_try(const std::vector<double>& score,
                                      const std::vector<std::size_t>& order) {
  constexpr std::size_t kTried = 101;
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < kTried; ++i) {
    std::size_t rank = i * (order.size() - 1) / (kTried - 1);
    while (rank > 0 && score[order[rank - 1]] == score[order[rank]]) --rank;
    ranks.push_back(rank);
  }
  ranks.push_back(order.size());
  return ranks;
}

/// The cost at the stop that is best for the user; ties go to the provider.
double cost_of_best(const ByAttempts& sums, std::size_t first) {
  Sums best = sums[first];
  for (std::size_t m = first + 1; m < sums.size(); ++m) {
    const double tie = kTie * sums[m].at_stake;
    const double gain = sums[m].utility - best.utility;
    if (gain > tie || (gain >= -tie && sums[m].cost < best.cost)) best = sums[m];
  }
  return best.cost;
}

}  // namespace

double best_threshold(const game::RoutingGame& game, const Recorded& recorded, std::size_t depth) {
  std::vector<std::size_t> order(recorded.tasks());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return recorded.score[a] < recorded.score[b]; });
  const auto ranks = ranks_to_try(recorded.score, order);
  const auto sums_of = [&](double threshold) {
    return running(game, serve_threshold(game, recorded, threshold, depth), order, ranks);
  };
  const auto cheap = sums_of(kInfinity);
  const auto dear = sums_of(-kInfinity);
  double best = kInfinity;
  double best_cost = kInfinity;
  for (std::size_t i = ranks.size();
       i-- > 0;) {  // the tasks from this rank on go to the dear model
    ByAttempts all = cheap[i];
    for (std::size_t m = 0; m <= depth; ++m) {
      all[m].utility += dear.back()[m].utility - dear[i][m].utility;
      all[m].cost += dear.back()[m].cost - dear[i][m].cost;
      all[m].at_stake += dear.back()[m].at_stake - dear[i][m].at_stake;
    }
    const double cost = cost_of_best(all, game.participates() ? 0 : 1);
    if (cost >= best_cost) continue;
    best = ranks[i] < order.size() ? recorded.score[order[ranks[i]]] : kInfinity;
    best_cost = cost;
  }
  return best;
}

}  // namespace turnout::simulation
