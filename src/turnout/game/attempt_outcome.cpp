#include "turnout/game/attempt_outcome.h"

#include <algorithm>
#include <array>
#include <limits>

namespace turnout::game {

double least_switch_cost(const RoutingGame& game, std::size_t k) {
  double least = 0;  // to stay is no switch
  for (std::size_t from = 0; from < game.size(); ++from)
    least = std::min(least, game.switch_cost(from, k));
  return least;
}

namespace {

constexpr std::size_t kLanes = 4;  // sums at once, so that they do not wait for each other

double total(const std::array<double, kLanes>& x) { return (x[0] + x[1]) + (x[2] + x[3]); }

/// @returns what becomes of the open tasks, and leaves in `open` those that may go on.
AttemptOutcome answered(const Reception& users, std::span<const double> success,
                        std::span<double> open) {
  std::array<double, kLanes> right{};
  std::array<double, kLanes> wrong{};
  std::array<double, kLanes> rejected{};
  const auto one = [&](std::size_t type, std::size_t lane) {
    const double solved = open[type] * success[type];
    const double failed = open[type] - solved;
    const double in_vain = users.rejected(solved, failed);
    right[lane] += solved;
    wrong[lane] += failed;
    rejected[lane] += in_vain;
    open[type] = users.patience * in_vain;
  };
  std::size_t type = 0;
  for (; type + kLanes <= open.size(); type += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) one(type + lane, lane);
  }
  for (; type < open.size(); ++type) one(type, 0);
  return {total(right), total(wrong), total(rejected)};
}

}  // namespace

void AttemptWalk::attempt(const RoutingGame& game, const TaskTypes& types,
                          std::span<const std::size_t> before, std::size_t k) {
  const AttemptTerms t = attempt_terms(game, before, k);
  const Reception users(game, k, before.size());
  const auto success = types.success(k, before);
  const AttemptOutcome outcome = answered(users, success, open);
  const AttemptGain gain = gain_of(game.user(), users, outcome, reach * t.wait);
  payoffs.service_cost += reach * t.cost;
  payoffs.provider_cost += reach * t.cost + loss_of(game.provider(), users, outcome);
  payoffs.latency += reach * t.latency;
  payoffs.user_utility += gain.actual;
  payoffs.success += users.right_accepted * outcome.right;
  misled += users.wrong_accepted * outcome.wrong;
  paid += reach * game.model(k).price;
  believed += gain.believed;
  at_stake += gain.at_stake;
  reach = users.patience * outcome.rejected;
}

PlanPayoffs AttemptWalk::ended(const RoutingGame& game) const {
  PlanPayoffs p = payoffs;
  p.provider_cost += game.churn_penalty() * reach;
  return p;
}

InformedCosts informed_costs(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                             std::span<const double> behind) {
  const std::size_t n = types.size();
  InformedCosts costs{
      std::vector<double>((depth + 1) * n, game.churn_penalty()),
      std::vector<double>((depth + 1) * n, std::numeric_limits<double>::infinity())};
  std::copy(behind.begin(), behind.end(),
            costs.least.end() - static_cast<std::ptrdiff_t>(behind.size()));
  for (std::size_t m = depth; m-- > 0;) {
    for (std::size_t k = 0; k < types.models(); ++k) {
      const Reception users(game, k, m);
      const double service = game.pass(k).service + least_switch_cost(game, k);
      const auto ends = types.success_ends(k, m);
      for (std::size_t type = 0; type < n; ++type) {
        double& least = costs.going_on[m * n + type];
        // Linear in the success, so that it is least at an end.
        for (const double right : {ends.none[type], ends.all[type]}) {
          const AttemptOutcome outcome{right, 1 - right, users.rejected(right, 1 - right)};
          const double goes_on = users.patience * outcome.rejected;
          least = std::min(least, service + loss_of(game.provider(), users, outcome) +
                                      goes_on * costs.least[(m + 1) * n + type]);
        }
      }
    }
    for (std::size_t i = m * n; i < (m + 1) * n; ++i)
      costs.least[i] = std::min(costs.least[i], costs.going_on[i]);
  }
  return costs;
}

AttemptSums advance(const Reception& users, const double* open, const double* success,
                    const double* informed, double* next, std::size_t n) {
  const double right_goes_on = users.patience * (1 - users.right_accepted);
  const double wrong_goes_on = users.patience * (1 - users.wrong_accepted);
  std::array<double, kLanes> right{};
  std::array<double, kLanes> left{};
  std::array<double, kLanes> bound{};
  const auto one = [&](std::size_t i, std::size_t lane) {
    const double s = open[i] * success[i];
    const double rest = right_goes_on * s + wrong_goes_on * (open[i] - s);
    next[i] = rest;
    right[lane] += s;
    left[lane] += rest;
    bound[lane] += rest * informed[i];
  };
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) one(i + lane, lane);
  }
  for (; i < n; ++i) one(i, 0);
  return {total(right), total(left), total(bound)};
}

}  // namespace turnout::game
