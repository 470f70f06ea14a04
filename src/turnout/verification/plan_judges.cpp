#include "turnout/verification/plan_judges.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "turnout/numeric/lower_hull.h"

namespace turnout::verification {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// One more attempt before what `least` says of the promises after it.
std::vector<double> improved(const game::RoutingGame& game, const std::vector<double>& promises,
                             const std::vector<double>& least, bool can_leave) {
  std::vector<numeric::LabelledPoint> reached;
  for (std::size_t k = 0; k < game.size(); ++k) {
    const game::PassTerms& pass = game.pass(k);
    if (pass.net_value >= 0)
      reached.push_back({pass.net_value / pass.ends, pass.net_cost / pass.ends, k});
    if (can_leave)
      reached.push_back({pass.net_value, pass.net_cost + pass.goes_on * game.churn_penalty(), k});
    for (std::size_t i = 0; i < promises.size(); ++i) {
      if (least[i] < kNever) {
        reached.push_back({pass.net_value + pass.goes_on * promises[i],
                           pass.net_cost + pass.goes_on * least[i], k});
      }
    }
  }
  const numeric::LowerHull hull(std::move(reached));
  std::vector<double> better = least;
  for (std::size_t i = 0; i < promises.size(); ++i)
    better[i] = std::min(better[i], hull.least_from(promises[i]));
  return better;
}

}  // namespace

IteratedFrontier iterated_frontier(const game::RoutingGame& game, std::size_t points) {
  constexpr int kMostRounds = 5000;
  double most = 0;
  IteratedFrontier frontier;
  for (std::size_t k = 0; k < game.size(); ++k) {
    most = std::max(most, game.pass(k).net_value / game.pass(k).ends);
    frontier.can_leave = frontier.can_leave || game.pass(k).net_value <= 0;
  }
  for (std::size_t i = 0; i < points; ++i) {
    frontier.promise.push_back(most * static_cast<double>(i) / static_cast<double>(points - 1));
  }
  frontier.cost.assign(points, kNever);
  for (int round = 0; round < kMostRounds; ++round) {
    const std::vector<double> better =
        improved(game, frontier.promise, frontier.cost, frontier.can_leave);
    double change = 0;
    for (std::size_t i = 0; i < points; ++i) {
      if (better[i] < kNever)
        change = std::max(change, frontier.cost[i] == kNever ? 1 : frontier.cost[i] - better[i]);
    }
    frontier.cost = better;
    if (change < 1e-14) break;
  }
  return frontier;
}

double iterated_plan_cost(const game::RoutingGame& game, std::size_t points) {
  const IteratedFrontier frontier = iterated_frontier(game, points);
  double after_failure = frontier.can_leave ? game.churn_penalty() : kNever;
  for (const double g : frontier.cost) after_failure = std::min(after_failure, g);
  if (game.participates()) return after_failure;
  double best = kNever;
  for (std::size_t k = 0; k < game.size(); ++k) {
    best = std::min(best, game.pass(k).net_cost + game.pass(k).goes_on * after_failure);
  }
  return best;
}

double sequence_cost(const game::RoutingGame& game, const game::TaskTypes& types,
                     const std::vector<std::size_t>& sequence) {
  constexpr double kTie = 1e-11;
  std::vector<double> open(types.weights().begin(), types.weights().end());
  const auto unsolved = [&] { return std::accumulate(open.begin(), open.end(), 0.0); };
  std::vector<double> utility = {0};
  std::vector<double> cost = {game.churn_penalty()};
  double spent = 0;
  double worth = 0;
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    const std::size_t k = sequence[j];
    const std::size_t from = j == 0 ? k : sequence[j - 1];
    const game::Model& model = game.model(k);
    const double reach = unsolved();
    spent += reach * (model.cost - model.price + game.switch_cost(from, k));
    worth -= reach * (game.user().value_of_time * (model.latency + game.switch_latency(from, k)) +
                      model.price);
    const auto success = types.success(k, std::span(sequence).first(j));
    for (std::size_t type = 0; type < open.size(); ++type) {
      const double p = success[type];
      worth += open[type] * (game.user().value * p);
      open[type] *= 1 - p;
    }
    utility.push_back(worth);
    cost.push_back(spent + game.churn_penalty() * unsolved());
  }
  const std::size_t first = game.participates() ? 0 : 1;
  const double most =
      *std::max_element(utility.begin() + static_cast<std::ptrdiff_t>(first), utility.end());
  double least = kNever;
  for (std::size_t m = first; m < utility.size(); ++m) {
    if (utility[m] >= most - kTie) least = std::min(least, cost[m]);
  }
  return least;
}

double exhaustive_sequence_cost(const game::RoutingGame& game, const game::TaskTypes& types,
                                std::size_t depth) {
  std::vector<std::size_t> sequence(depth, 0);
  double least = kNever;
  for (;;) {
    least = std::min(least, sequence_cost(game, types, sequence));
    std::size_t j = 0;
    while (j < depth && ++sequence[j] == game.size()) sequence[j++] = 0;
    if (j == depth) return least;
  }
}

}  // namespace turnout::verification
