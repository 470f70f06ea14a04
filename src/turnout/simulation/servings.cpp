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

/// One attempt of (i, s) on one task: by where the task is, if it is still unsolved. M2 has failed
/// as often as there were attempts since the switch, so that these are kept apart.
class PaperTask {
 public:
  PaperTask(const RoutingGame& game, const Recorded& recorded, const game::PaperPolicy& policy,
            std::size_t task)
      : game_(game), recorded_(recorded), policy_(policy), task_(task) {}

  Serving next() {
    const Serving first = serving(game_, policy_.first, policy_.first,
                                  recorded_.success(task_, policy_.first, attempt_));
    const double s = policy_.policy.cascade;
    double reach = on_first_;
    Serving sum;
    add(sum, first, on_first_);
    for (std::size_t failed = 0; failed < on_second_.size(); ++failed) {
      const double share = on_second_[failed];
      const Serving second = serving(game_, policy_.second, policy_.second,
                                     recorded_.success(task_, policy_.second, failed));
      reach += share;
      add(sum, second, share);
      on_second_[failed] = share * (1 - second.success);
    }
    // Who has failed once more on M2 is one further; who moves now has not failed there.
    const double still = on_first_ * (1 - first.success);
    on_second_.insert(on_second_.begin(), still * s);
    on_first_ = still * (1 - s);
    ++attempt_;
    if (!(reach > 0)) return first;
    return {sum.success / reach, sum.cost / reach, sum.wait / reach, sum.latency / reach};
  }

 private:
  static void add(Serving& sum, const Serving& one, double share) {
    sum.success += share * one.success;
    sum.cost += share * one.cost;
    sum.wait += share * one.wait;
    sum.latency += share * one.latency;
  }

  const RoutingGame& game_;
  const Recorded& recorded_;
  const game::PaperPolicy& policy_;
  std::size_t task_;
  std::size_t attempt_ = 0;
  double on_first_ = 1;
  std::vector<double> on_second_;  ///< by failures on M2
};

/// The probability that m attempts on models drawn uniformly all fail, by m up to `depth`: the sum
/// over how often each model was drawn of m! / (m_1! m_2! ...) models^-m times the probability that
/// its m_k attempts fail, a product of exponential generating functions.
std::vector<double> open_under_random_models(const Recorded& recorded, std::size_t task,
                                             std::size_t models, std::size_t depth) {
  std::vector<double> product(depth + 1, 0);
  product[0] = 1;
  std::vector<double> one(depth + 1);
  std::vector<double> next(depth + 1);
  for (std::size_t k = 0; k < models; ++k) {
    one[0] = 1;
    for (std::size_t m = 0; m < depth; ++m) {
      one[m + 1] =
          one[m] * (1 - recorded.success(task, k, m)) / static_cast<double>((m + 1) * models);
    }
    for (std::size_t m = 0; m <= depth; ++m) {
      next[m] = 0;
      for (std::size_t i = 0; i <= m; ++i) next[m] += product[m - i] * one[i];
    }
    product.swap(next);
  }
  double factorial = 1;
  for (std::size_t m = 1; m <= depth; ++m) {
    factorial *= static_cast<double>(m);
    product[m] *= factorial;
  }
  return product;
}

}  // namespace

double Recorded::success(std::size_t task, std::size_t model, std::size_t earlier) const {
  const double p = rate[task][model];
  const double n = trials.empty() ? 0 : trials[task][model];
  if (n == 0 || p == 0) return p;
  const double left = n - static_cast<double>(earlier);
  return p * n < left ? p * n / left : 1;
}

Recorded Recorded::subset(const std::vector<std::size_t>& chosen) const {
  Recorded part;
  for (const std::size_t i : chosen) {
    part.rate.push_back(rate[i]);
    if (!score.empty()) part.score.push_back(score[i]);
    if (!trials.empty()) part.trials.push_back(trials[i]);
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
    const auto earlier = static_cast<std::size_t>(std::count(
        sequence.begin(), sequence.begin() + static_cast<std::ptrdiff_t>(j), sequence[j]));
    Serving one = serving(game, from, sequence[j], 0);
    all[j].reserve(recorded.tasks());
    for (std::size_t task = 0; task < recorded.tasks(); ++task) {
      one.success = recorded.success(task, sequence[j], earlier);
      all[j].push_back(one);
    }
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
    PaperTask task(game, recorded, policy, i);
    for (std::size_t j = 0; j < depth; ++j) all[j][i] = task.next();
  }
  return all;
}

Servings serve_judged_cascade(const RoutingGame& game, const Recorded& recorded,
                              std::size_t depth) {
  const auto order = by_cost(game);
  Servings attempts(depth, std::vector<Serving>(recorded.tasks()));
  for (std::size_t j = 0; j < depth; ++j) {
    for (std::size_t task = 0; task < recorded.tasks(); ++task) {
      Serving& all = attempts[j][task];
      double open = 1;
      std::size_t from = order.front();
      for (const std::size_t k : order) {
        const Serving one = serving(game, from, k, recorded.success(task, k, j));
        all.cost += open * one.cost;
        all.wait += open * one.wait;
        all.latency += open * one.latency;
        open *= 1 - one.success;
        from = k;
      }
      all.success = 1 - open;
    }
  }
  return attempts;
}

Servings serve_random(const RoutingGame& game, const Recorded& recorded, std::size_t depth) {
  Serving mean;
  for (std::size_t k = 0; k < game.size(); ++k) {
    const Serving one = serving(game, k, k, 0);
    mean.cost += one.cost / static_cast<double>(game.size());
    mean.wait += one.wait / static_cast<double>(game.size());
    mean.latency += one.latency / static_cast<double>(game.size());
  }
  Servings attempts(depth, std::vector<Serving>(recorded.tasks(), mean));
  for (std::size_t task = 0; task < recorded.tasks(); ++task) {
    const auto open = open_under_random_models(recorded, task, game.size(), depth);
    for (std::size_t m = 0; m < depth; ++m)
      attempts[m][task].success = open[m] > 0 ? std::max(0.0, 1 - open[m + 1] / open[m]) : 0;
  }
  return attempts;
}

Servings serve_threshold(const RoutingGame& game, const Recorded& recorded, double threshold,
                         std::size_t depth) {
  const auto order = by_cost(game);
  Servings attempts(depth);
  for (std::size_t j = 0; j < depth; ++j) {
    for (std::size_t i = 0; i < recorded.tasks(); ++i) {
      const std::size_t k = recorded.score[i] >= threshold ? order.back() : order.front();
      attempts[j].push_back(serving(game, k, k, recorded.success(i, k, j)));
    }
  }
  return attempts;
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
  std::vector<double>& cost = now.cost_by_task;
  const auto consider = [&](std::size_t attempts) {
    now.attempts = attempts;
    now.provider_cost = 0;
    for (std::size_t i = 0; i < tasks; ++i)
      now.provider_cost += weight * (spent[i] + game.churn_penalty() * open[i]);
    const double gain = now.user_utility - best.user_utility;
    const bool tie = std::abs(gain) <= kTie * at_stake;
    if (!(gain > kTie * at_stake || (tie && now.provider_cost < best.provider_cost))) return;
    cost.resize(tasks);
    for (std::size_t i = 0; i < tasks; ++i) cost[i] = spent[i] + game.churn_penalty() * open[i];
    best = now;
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
