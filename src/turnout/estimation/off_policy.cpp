#include "turnout/estimation/off_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/game/path.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/sample.h"
#include "turnout/policy/state_filter.h"

namespace turnout::estimation {
namespace {

constexpr std::size_t kQuantities = 4;
constexpr std::array<const char*, kQuantities> kNames = {"service_cost", "latency", "attempts",
                                                         "success"};

using game::Path;
using Rewards = std::array<double, kQuantities>;

Evaluated interval(double value, double error) {
  return {value, value - numeric::kNormal95 * error, value + numeric::kNormal95 * error};
}

/// Means of one path over all policies.
struct Node {
  Fates fates;
  Moments latency, cost;
  [[nodiscard]] double solved_ends() const {
    const auto told = static_cast<double>(fates.solved + fates.abandoned);
    return told == 0 ? 0 : static_cast<double>(fates.solved) / told;
  }
};

/// What a pass of a task was worth.
struct Step {
  std::size_t model = 0;
  double propensity = 0;
  Rewards rewards{};
};

}  // namespace

struct OffPolicyEvaluator::State {
  State(const LogStatistics& statistics, policy::Policy target, std::vector<std::string> names)
      : policy(std::move(target)), models(std::move(names)) {
    for (const auto& [key, counts] : statistics.paths) {
      if (key.deep) continue;
      Path path;
      for (const auto& name : key.models) path.push_back(number_of(name));
      Node& node = nodes[path];
      node.fates += counts.fates;
      node.latency += counts.latency;
      node.cost += counts.cost;
    }
  }

  [[nodiscard]] std::size_t number_of(const std::string& name) const {
    return static_cast<std::size_t>(std::find(models.begin(), models.end(), name) - models.begin());
  }

  /// Expected rewards from the pass that ends a path on, under the policy; zeros where the log has
  /// no such path.
  Rewards worth_of_pass(const Path& path) {
    if (const auto known = worth.find(path); known != worth.end()) return known->second;
    Rewards total{};
    if (const auto found = nodes.find(path); found != nodes.end()) {
      const Node& node = found->second;
      const auto passes = static_cast<double>(node.fates.passes());
      const double goes_on = static_cast<double>(node.fates.reprompted) / passes;
      total = {node.cost.mean(), node.latency.mean(), 1, (1 - goes_on) * node.solved_ends()};
      const Rewards later = worth_after(path);
      for (std::size_t i = 0; i < kQuantities; ++i) total.at(i) += goes_on * later.at(i);
    }
    worth[path] = total;
    return total;
  }

  /// Probability of each model behind a path.
  [[nodiscard]] std::vector<double> chances_after(const Path& path) const {
    policy::StateFilter filter(policy);
    for (const std::size_t model : path) filter.see(model);
    std::vector<double> chances;
    filter.next(chances);
    return chances;
  }

  /// Expected rewards behind a path, before the next model is drawn.
  Rewards worth_after(const Path& path) {
    Rewards total{};
    if (path.size() >= kDeepestPath) return total;
    const std::vector<double> chances = chances_after(path);
    Path longer = path;
    longer.push_back(0);
    for (std::size_t k = 0; k < chances.size(); ++k) {
      if (chances[k] == 0) continue;
      longer.back() = k;
      const Rewards pass = worth_of_pass(longer);
      for (std::size_t i = 0; i < kQuantities; ++i) total.at(i) += chances[k] * pass.at(i);
    }
    return total;
  }

  /// What a task of the log says of the policy.
  struct Weighed {
    double weight = 1;
    Rewards total{};      ///< of the attempts that the policy offers
    Rewards corrected{};  ///< the doubly robust estimate
  };
  void settle_outcomes();
  Weighed weigh();
  void finish_task();
  void check_overlap(const Path& path, double weight);

  policy::Policy policy;
  std::vector<std::string> models;
  std::map<Path, Node> nodes;
  std::map<Path, Rewards> worth;

  std::string task;
  std::vector<Step> steps;
  bool complete = true;  // attempts without a gap, a propensity on each
  bool in_task = false;
  std::string lacking;  // why there is no overlap

  std::int64_t without = 0;
  double weights = 0, squares = 0, largest = 0;
  std::array<numeric::Sample, kQuantities> logged, inverse, robust;
  /// Sums of w, w^2, w y, w^2 y, w^2 y^2, for the error of the self-normalised mean.
  std::array<std::array<double, 3>, kQuantities> sums{};
};

OffPolicyEvaluator::OffPolicyEvaluator(const LogStatistics& statistics,
                                       const policy::Policy& policy,
                                       std::vector<std::string> models)
    : state_(std::make_unique<State>(statistics, policy, std::move(models))) {}
OffPolicyEvaluator::~OffPolicyEvaluator() = default;

void OffPolicyEvaluator::add(const traffic::Pass& pass) {
  State& state = *state_;
  if (!state.in_task || pass.task_id != state.task) {
    state.finish_task();
    state.task = pass.task_id;
    state.steps.clear();
    state.in_task = state.complete = true;
  }
  const auto next = static_cast<std::int64_t>(state.steps.size()) + 1;
  state.complete = state.complete && pass.attempt == next && pass.propensity.has_value();
  if (!state.complete) return;
  Step step{state.number_of(pass.model),
            *pass.propensity,
            {pass.cost_usd.value_or(0), pass.latency_s, 1, 0}};
  const bool solved =
      pass.outcome == traffic::Outcome::kSuccess || pass.ending == traffic::Ending::kResolved;
  const bool left = pass.outcome == traffic::Outcome::kFailure ||
                    pass.ending == traffic::Ending::kAbandoned ||
                    pass.ending == traffic::Ending::kReprompted;
  step.rewards[3] = solved ? 1 : left ? 0 : -1;  // -1: silent, if it is the last one
  state.steps.push_back(step);
}

/// A model that the policy would use after a path, and that the log never shows there.
void OffPolicyEvaluator::State::check_overlap(const Path& path, double weight) {
  if (weight == 0 || path.size() >= kDeepestPath || !lacking.empty()) return;
  // Few tasks came that far: a model may be missing by chance.
  const auto here = nodes.find(path);
  if (here != nodes.end() && static_cast<double>(here->second.fates.reprompted) < kLeastEffective)
    return;
  const std::vector<double> chances = chances_after(path);
  Path longer = path;
  longer.push_back(0);
  for (std::size_t k = 0; k < chances.size(); ++k) {
    longer.back() = k;
    if (chances[k] == 0 || nodes.contains(longer)) continue;
    lacking =
        fmt::format("the policy uses {} on attempt {}", base::in_quotes(models[k]), longer.size());
    for (std::size_t i = 0; i < path.size(); ++i) {
      lacking += (i == 0 ? " after " : ", ") + base::printable(models[path[i]]);
    }
    lacking += ", the log never does";
    return;
  }
}

/// Whether each pass solved the task, where the log does not say: a re-prompt says that it did not, a
/// silent end did with the share of the same path's ends.
void OffPolicyEvaluator::State::settle_outcomes() {
  Path path;
  for (std::size_t m = 0; m < steps.size(); ++m) {
    path.push_back(steps[m].model);
    double& solved = steps[m].rewards[3];
    if (m + 1 < steps.size()) solved = 0;
    if (solved >= 0) continue;
    const auto node = nodes.find(path);
    solved = node == nodes.end() ? 0 : node->second.solved_ends();
  }
}

OffPolicyEvaluator::State::Weighed OffPolicyEvaluator::State::weigh() {
  Path path;
  policy::StateFilter filter(policy);
  std::vector<double> chances;
  Weighed weighed;
  weighed.corrected = worth_after(path);
  for (std::size_t m = 0; m < steps.size(); ++m) {
    if (weighed.weight > 0 && !filter.offers()) break;  // under this policy the task has ended
    const Step& step = steps[m];
    check_overlap(path, weighed.weight);
    filter.next(chances);
    weighed.weight *= step.model < chances.size() ? chances[step.model] / step.propensity : 0;
    filter.see(step.model);
    path.push_back(step.model);
    const Rewards believed = worth_of_pass(path);
    const Rewards later = m + 1 == steps.size() ? Rewards{} : worth_after(path);
    for (std::size_t i = 0; i < kQuantities; ++i) {
      weighed.total.at(i) += step.rewards.at(i);
      weighed.corrected.at(i) +=
          weighed.weight * (step.rewards.at(i) + later.at(i) - believed.at(i));
    }
  }
  return weighed;
}

void OffPolicyEvaluator::State::finish_task() {
  if (!in_task) return;
  if (!complete || steps.empty()) {
    ++without;
    return;
  }
  settle_outcomes();
  const auto [weight, total, corrected] = weigh();
  weights += weight;
  squares += weight * weight;
  largest = std::max(largest, weight);
  for (std::size_t i = 0; i < kQuantities; ++i) {
    double in_the_log = 0;
    for (const Step& step : steps) in_the_log += step.rewards.at(i);
    const double y = total.at(i);
    logged.at(i).add(in_the_log);
    inverse.at(i).add(weight * y);
    robust.at(i).add(corrected.at(i));
    sums.at(i)[0] += weight * y;
    sums.at(i)[1] += weight * weight * y;
    sums.at(i)[2] += weight * weight * y * y;
  }
}

base::Result<OffPolicyAnswer> OffPolicyEvaluator::finish() {
  State& state = *state_;
  state.finish_task();
  state.in_task = false;
  const auto refuse = [](std::string why) {
    return base::Error{base::ErrorCode::kUnsupported, std::move(why), ""};
  };
  OffPolicyAnswer answer;
  answer.tasks = static_cast<std::int64_t>(state.logged[0].count());
  answer.without_propensity = state.without;
  if (answer.tasks == 0)
    return refuse(
        "no task has a propensity on every attempt: nothing can be said of another policy");
  if (!state.lacking.empty()) return refuse("no overlap: " + state.lacking);
  answer.largest_weight = state.largest;
  answer.effective_tasks = state.squares > 0 ? state.weights * state.weights / state.squares : 0;
  if (answer.effective_tasks < kLeastEffective) {
    return refuse(fmt::format(
        "too little overlap: {} tasks are worth {:.1f} of this policy, at least {} are needed",
        answer.tasks, answer.effective_tasks, kLeastEffective));
  }
  for (std::size_t i = 0; i < kQuantities; ++i) {
    const auto of = [](const numeric::Sample& sample) {
      return interval(sample.mean(), sample.standard_error());
    };
    const auto [wy, wwy, wwyy] = state.sums.at(i);
    const double mean = wy / state.weights;
    const double spread = wwyy - 2 * mean * wwy + mean * mean * state.squares;
    answer.quantities.push_back({kNames.at(i), of(state.logged.at(i)), of(state.inverse.at(i)),
                                 interval(mean, std::sqrt(std::max(0.0, spread)) / state.weights),
                                 of(state.robust.at(i))});
  }
  return answer;
}

}  // namespace turnout::estimation
