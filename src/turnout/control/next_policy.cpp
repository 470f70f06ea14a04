#include "turnout/control/next_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "turnout/policy/policy_text.h"

namespace turnout::control {
namespace {

using analysis::AdviseAnswer;
using policy::Policy;

/// A model with fewer passes is not judged: how little more tell of it, the posterior knows.
constexpr std::int64_t kLeastPasses = 8;
/// How many times as much must be worth exploring before a policy changes for that alone.
constexpr double kNotablyMore = 2;

/// The share of an attempt that others than a sequence's own model serve, where it is largest: of
/// attempts 1 to estimation::kLongestTried.
double explored(const Policy& policy, const std::vector<std::string>& names,
                const AdviseAnswer& advice) {
  double most = 0;
  std::map<policy::State, double> states = {{0, 1}};
  for (std::size_t m = 0; m < estimation::kLongestTried; ++m) {
    const auto& own = advice.models[advice.sequence[std::min(m, advice.sequence.size() - 1)]];
    double others = 0;
    std::map<policy::State, double> next;
    for (const auto& [state, share] : states) {
      for (const auto& draw : policy.draws(state)) {
        next[state + static_cast<policy::State>(draw.advance)] += share * draw.probability;
        if (names[draw.model] != own) others += share * draw.probability;
      }
    }
    most = std::max(most, others);
    states = std::move(next);
  }
  return most;
}

/// Tasks whose users have come back or will not.
std::int64_t settled_tasks(const estimation::LogStatistics& statistics) {
  std::int64_t tasks = 0;
  for (const auto& [key, counts] : statistics.paths)
    tasks += !key.deep && key.models.size() == 1 ? counts.fates.passes() : 0;
  return tasks;
}

/// The models that have served too few passes.
std::vector<std::string> unknown_models(const estimation::LogStatistics& statistics,
                                        const std::vector<std::string>& models) {
  std::map<std::string, std::int64_t> passes;
  for (const auto& [key, counts] : statistics.paths)
    passes[key.models.back()] += counts.fates.passes();
  std::vector<std::string> few;
  std::copy_if(models.begin(), models.end(), std::back_inserter(few),
               [&](const std::string& model) { return passes[model] < kLeastPasses; });
  return few;
}

/// The policy in force, drawing so many attempts from all models, unless it does already.
void explore_all(const Policy& in_force, const std::vector<std::string>& models, double share,
                 Step& step) {
  if (share <= in_force.form().explores) {
    step.reasons.emplace_back(share <= 0 ? "Nothing is explored: most_explored is 0."
                                         : "The policy in force explores already.");
    return;
  }
  step.policy =
      fmt::format("explore:{}/{}", share, policy::text_of({in_force.form().plan, 0}, models));
  step.changes = true;
  step.reasons.push_back(
      fmt::format("To find out, {:.2g} % of the attempts are drawn from all models.", 100 * share));
}

/// Changes to what is advised, with what is explored, if that is worth it.
void follow_advice(const Policy& in_force, const std::vector<std::string>& models,
                   const GuardRails& rails, const AdviseAnswer& advice, Step& step) {
  const auto proposed = Policy::parse(advice.exploring, models);
  if (!proposed) {
    step.reasons.push_back(fmt::format(
        "{} costs least, but it has a model that is not configured any more.", advice.policy));
    return;
  }
  const auto& saving = advice.saving;
  const double saves = saving.value - advice.exploring_costs;
  const double wanted = explored(*proposed, models, advice);
  const bool to_learn = wanted >= kNotablyMore * explored(in_force, models, advice) && wanted > 0;
  step.reasons.push_back(
      fmt::format("{} costs least: ${:.4g} [{:.4g}, {:.4g}] a task less than what is in force.",
                  advice.policy, saving.value, saving.low, saving.high));
  if (saves < rails.least_saving * std::abs(advice.today.cost.value) && !to_learn) {
    step.reasons.push_back(fmt::format("That is not worth a change, which would save {:.2g} %.",
                                       100 * rails.least_saving));
    return;
  }
  step.policy = proposed->text();
  step.changes = step.policy != in_force.text();
  if (!step.changes) return;
  step.rails = broken_rails(rails, advice);
  if (wanted > 0)
    step.reasons.push_back(fmt::format(
        "Up to {:.2g} % of an attempt are served by models that may be better, to find out; that "
        "costs ${:.2g} a task.",
        100 * wanted, advice.exploring_costs));
}

analysis::AdviseOptions options_of(const Evidence& evidence, const std::string& in_force,
                                   const GuardRails& rails) {
  analysis::AdviseOptions options;
  options.lifetime_value = evidence.lifetime_value;
  options.penalty = evidence.penalty;
  options.draws = evidence.draws;
  options.in_force = in_force;
  options.most_explored = rails.most_explored;
  return options;
}

}  // namespace

base::Result<Step> next_policy(const Evidence& evidence, const std::vector<std::string>& models,
                               const std::string& in_force, const GuardRails& rails,
                               const base::Watch& watch) {
  TURNOUT_TRY(const auto policy, Policy::parse(in_force, models));
  estimation::LogSelection selection;
  selection.since_us = evidence.since_us;
  selection.window_us = evidence.window_us;
  TURNOUT_TRY(auto reading, analysis::read_log(evidence.source, {}, selection, watch));
  Step step;
  step.policy = in_force;
  step.tasks = settled_tasks(reading.statistics);
  if (step.tasks < static_cast<std::int64_t>(std::max<std::size_t>(rails.least_tasks, 1))) {
    step.reasons.push_back(
        fmt::format("The log tells of {} tasks whose users have had their window to come back; {} "
                    "are the least to go by.",
                    step.tasks, rails.least_tasks));
    return step;
  }
  if (const auto few = unknown_models(reading.statistics, models); !few.empty()) {
    for (const auto& model : few)
      step.reasons.push_back(
          fmt::format("{} has served fewer than {} passes.", model, kLeastPasses));
    explore_all(policy, models, rails.most_explored, step);
    return step;
  }
  TURNOUT_TRY(auto advice, analysis::advise_answer(evidence.source, std::move(reading),
                                                   options_of(evidence, in_force, rails), watch));
  if (advice.costs_known && advice.penalty_known) {
    follow_advice(policy, models, rails, advice, step);
  } else {
    step.reasons.push_back(advice.reason);
  }
  step.advice = std::move(advice);
  return step;
}

}  // namespace turnout::control
