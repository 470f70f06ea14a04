#include "turnout/simulation/servings.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace turnout::simulation {
namespace {

using game::Model;
using game::RoutingGame;

Serving serving(const RoutingGame& game, std::size_t from, std::size_t k, double success) {
  const Model& model = game.model(k);
  const double latency = model.latency + game.switch_latency(from, k);
  return {success, game.pass(k).service + game.switch_cost(from, k),
          game.user().value_of_time * latency + model.price, latency};
}

/// The models by what a pass costs the provider.
std::vector<std::size_t> by_cost(const RoutingGame& game) {
  std::vector<std::size_t> order(game.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return game.pass(a).service < game.pass(b).service;
  });
  return order;
}

/// The same on every attempt.
Servings repeated(const std::vector<Serving>& by_task, std::size_t depth) {
  Servings all(depth, by_task);
  return all;
}

}  // namespace

Recorded Recorded::subset(const std::vector<std::size_t>& chosen) const {
  Recorded part;
  for (const std::size_t i : chosen) {
    part.rate.push_back(rate[i]);
    if (!score.empty()) part.score.push_back(score[i]);
  }
  return part;
}

std::vector<double> Recorded::mean_rates() const {
  std::vector<double> mean(rate.empty() ? 0 : rate.front().size(), 0);
  for (const auto& row : rate) {
    for (std::size_t k = 0; k < mean.size(); ++k)
      mean[k] += row[k] / static_cast<double>(rate.size());
  }
  return mean;
}

Servings serve_sequence(const RoutingGame& game, const Recorded& recorded,
                        const std::vector<std::size_t>& sequence) {
  Servings all(sequence.size());
  for (std::size_t j = 0; j < sequence.size(); ++j) {
    const std::size_t from = j == 0 ? sequence[j] : sequence[j - 1];
    for (const auto& rate : recorded.rate)
      all[j].push_back(serving(game, from, sequence[j], rate[sequence[j]]));
  }
  return all;
}

Servings serve_paper(const RoutingGame& game, const Recorded& recorded,
                     const game::PaperPolicy& policy, std::size_t depth) {
  if (!policy.submits) return {};
  const std::size_t start = policy.policy.start == 1 ? policy.second : policy.first;
  if (start == policy.second || policy.policy.cascade == 0) {
    return serve_sequence(game, recorded, std::vector<std::size_t>(depth, start));
  }
  Servings all(depth, std::vector<Serving>(recorded.tasks()));
  for (std::size_t i = 0; i < recorded.tasks(); ++i) {
    const double p1 = recorded.rate[i][policy.first];
    const double p2 = recorded.rate[i][policy.second];
    // Probability that the task is unsolved and on M1, and on M2.
    double on_first = 1;
    double on_second = 0;
    for (std::size_t j = 0; j < depth; ++j) {
      const double reach = on_first + on_second;
      const double share = reach > 0 ? on_first / reach : 0;
      const Serving first = serving(game, policy.first, policy.first, p1);
      const Serving second = serving(game, policy.second, policy.second, p2);
      const auto mix = [share](double a, double b) { return share * a + (1 - share) * b; };
      all[j][i] = {mix(first.success, second.success), mix(first.cost, second.cost),
                   mix(first.wait, second.wait), mix(first.latency, second.latency)};
      const double still = on_first * (1 - p1);
      on_second = on_second * (1 - p2) + still * policy.policy.cascade;
      on_first = still * (1 - policy.policy.cascade);
    }
  }
  return all;
}

Servings serve_judged_cascade(const RoutingGame& game, const Recorded& recorded,
                              std::size_t depth) {
  const auto order = by_cost(game);
  std::vector<Serving> by_task;
  for (const auto& rate : recorded.rate) {
    Serving all;
    double open = 1;
    std::size_t from = order.front();
    for (const std::size_t k : order) {
      const Serving one = serving(game, from, k, rate[k]);
      all.cost += open * one.cost;
      all.wait += open * one.wait;
      all.latency += open * one.latency;
      open *= 1 - rate[k];
      from = k;
    }
    all.success = 1 - open;
    by_task.push_back(all);
  }
  return repeated(by_task, depth);
}

Servings serve_random(const RoutingGame& game, const Recorded& recorded, std::size_t depth) {
  std::vector<Serving> by_task;
  const double share = 1 / static_cast<double>(game.size());
  for (const auto& rate : recorded.rate) {
    Serving mean;
    for (std::size_t k = 0; k < game.size(); ++k) {
      const Serving one = serving(game, k, k, rate[k]);
      mean.success += share * one.success;
      mean.cost += share * one.cost;
      mean.wait += share * one.wait;
      mean.latency += share * one.latency;
    }
    by_task.push_back(mean);
  }
  return repeated(by_task, depth);
}

Servings serve_threshold(const RoutingGame& game, const Recorded& recorded, double threshold,
                         std::size_t depth) {
  const auto order = by_cost(game);
  std::vector<Serving> by_task;
  for (std::size_t i = 0; i < recorded.tasks(); ++i) {
    const std::size_t k = recorded.score[i] >= threshold ? order.back() : order.front();
    by_task.push_back(serving(game, k, k, recorded.rate[i][k]));
  }
  return repeated(by_task, depth);
}

Fared fare(const RoutingGame& game, const Servings& servings) {
  constexpr double kTie = 1e-12;
  const std::size_t tasks = servings.empty() ? 1 : servings.front().size();
  const double weight = 1 / static_cast<double>(tasks);
  std::vector<double> open(tasks, 1);
  std::vector<double> spent(tasks, 0);
  Fared now;
  Fared best;
  best.user_utility = -std::numeric_limits<double>::infinity();
  double at_stake = 0;
  const auto consider = [&](std::size_t attempts) {
    now.attempts = attempts;
    now.cost_by_task.assign(tasks, 0);
    now.provider_cost = 0;
    for (std::size_t i = 0; i < tasks; ++i) {
      now.cost_by_task[i] = spent[i] + game.churn_penalty() * open[i];
      now.provider_cost += weight * now.cost_by_task[i];
    }
    const double gain = now.user_utility - best.user_utility;
    const bool tie = std::abs(gain) <= kTie * at_stake;
    if (gain > kTie * at_stake || (tie && now.provider_cost < best.provider_cost)) best = now;
  };
  if (game.participates() || servings.empty()) consider(0);
  for (std::size_t j = 0; j < servings.size(); ++j) {
    for (std::size_t i = 0; i < tasks; ++i) {
      const Serving& s = servings[j][i];
      const double solved = open[i] * s.success;
      const double gain = game.user().value * solved - open[i] * s.wait;
      spent[i] += open[i] * s.cost;
      now.user_utility += weight * gain;
      now.success += weight * solved;
      now.latency += weight * open[i] * s.latency;
      at_stake += weight * (game.user().value * solved + open[i] * s.wait);
      open[i] -= solved;
    }
    consider(j + 1);
  }
  return best;
}

}  // namespace turnout::simulation
