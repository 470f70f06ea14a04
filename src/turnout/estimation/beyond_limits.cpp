#include "turnout/estimation/beyond_limits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/proportion.h"

namespace turnout::estimation {
namespace {

void widen(Limits& limits, const Limits& by) {
  limits.low = std::min(limits.low, by.low);
  limits.high = std::max(limits.high, by.high);
}

/// Hits among trials, of one attempt.
struct Share {
  double hits = 0, trials = 0;
  [[nodiscard]] double value() const { return hits / trials; }
};

/// What a log shows of one model.
struct Shown {
  std::vector<Share> goes_on = std::vector<Share>(LoggedTasks::kMostKept + 1);  // by attempt
  std::vector<Share> solved = std::vector<Share>(LoggedTasks::kMostKept + 1);
  double passes = 0, cost = 0, latency = 0;
};

std::vector<Shown> shown_by(const LoggedTasks& tasks) {
  std::vector<Shown> models(tasks.models().size());
  for (const LoggedTask& task : tasks.tasks()) {
    for (std::size_t i = task.first; i < task.end; ++i) {
      const LoggedStep& step = tasks.steps()[i];
      const PathNode& node = tasks.nodes()[step.node];
      Shown& model = models[node.model];
      ++model.passes;
      model.cost += step.cost;
      model.latency += step.latency;
      ++model.goes_on[node.attempt].trials;
      if (i + 1 < task.end) ++model.goes_on[node.attempt].hits;
      if (i + 1 < task.end || task.fate == TaskFate::kSilent || task.fate == TaskFate::kCut)
        continue;
      ++model.solved[node.attempt].trials;
      if (task.fate == TaskFate::kSolved) ++model.solved[node.attempt].hits;
    }
  }
  return models;
}

double logit(double share) { return std::log(share / (1 - share)); }

/// The line of logits over attempts, by weighted least squares.
struct Trend {
  double middle = 0;  ///< mean attempt, by weight
  double level = 0, slope = 0;
  double level_variance = 0, slope_variance = 0;
  [[nodiscard]] Limits at(double attempt) const {
    const double off = attempt - middle;
    const double reach =
        numeric::kNormal95 * std::sqrt(level_variance + off * off * slope_variance);
    const double x = level + off * slope;
    return {numeric::logistic(x - reach), numeric::logistic(x + reach)};
  }
};

/// Which shares are to be expected, and whether they rise from attempt to attempt.
struct Extent {
  Limits range;
  bool rises = false;
};

/// The extent of shares, see beyond_limits(); nothing where fewer than two attempts have kLeast trials.
std::optional<Extent> extent_of(const std::vector<Share>& shares, std::size_t first,
                                bool changes = false) {
  constexpr double kLeast = 20;
  constexpr double kFarther = 3;  // attempts behind the first that is not supported
  double weights = 0;
  double sum = 0;
  std::vector<std::array<double, 3>> points;  // attempt, logit, weight
  for (std::size_t m = 0; m < shares.size(); ++m) {
    const Share& share = shares[m];
    if (share.trials < kLeast) continue;
    const double drawn = (share.hits + 0.5) / (share.trials + 1);
    points.push_back({static_cast<double>(m), logit(drawn), share.trials * drawn * (1 - drawn)});
    weights += points.back()[2];
    sum += points.back()[2] * points.back()[0];
  }
  if (points.size() < 2) return {};
  Trend trend;
  trend.middle = sum / weights;
  double spread = 0;
  for (const auto& [attempt, x, weight] : points) {
    trend.level += weight / weights * x;
    trend.slope += weight * (attempt - trend.middle) * x;
    spread += weight * (attempt - trend.middle) * (attempt - trend.middle);
  }
  trend.slope /= spread;
  trend.level_variance = 1 / weights;
  trend.slope_variance = 1 / spread;
  const double error = numeric::kNormal95 * std::sqrt(trend.slope_variance);
  Extent extent{trend.at(trend.middle), trend.slope > error};
  if (changes || std::abs(trend.slope) > error)
    widen(extent.range, trend.at(static_cast<double>(first) + kFarther));
  return extent;
}

/// The share of failures after which users go on, at most: the share of ends that are solved, at most,
/// says how many others failed.
double most_patience(const Shown& model) {
  constexpr double kLeastTold = 20;
  Share passes;
  Share told;
  for (std::size_t m = 0; m < model.goes_on.size(); ++m) {
    passes.hits += model.goes_on[m].hits;
    passes.trials += model.goes_on[m].trials;
    told.hits += model.solved[m].hits;
    told.trials += model.solved[m].trials;
  }
  if (told.trials < kLeastTold) return 1;
  const auto solved = numeric::proportion(static_cast<std::size_t>(told.hits),
                                          static_cast<std::size_t>(told.trials));
  return passes.hits / (passes.hits + (passes.trials - passes.hits) * (1 - solved.high));
}

/// Both shares of a model; where more and more go on, hard tasks are left over, and fewer are solved.
struct Habits {
  std::optional<Limits> goes_on;
  Limits solved = {0, 1};
};

Habits habits_of(const Shown& model, std::size_t first) {
  Habits habits;
  const auto goes_on = extent_of(model.goes_on, first);
  if (goes_on) {
    habits.goes_on = goes_on->range;
    habits.goes_on->high = std::min(habits.goes_on->high, most_patience(model));
  }
  const auto solved = extent_of(model.solved, first, goes_on && goes_on->rises);
  if (solved) habits.solved = solved->range;
  return habits;
}

/// The models that a policy may use from an attempt on, and whether its offer may end.
struct Later {
  std::set<std::size_t> models;
  bool may_end = false;
};

Later later_of(const policy::Policy& policy, std::size_t attempt) {
  const auto after = [&](const std::set<policy::State>& states) {
    std::set<policy::State> next;
    for (const policy::State state : states) {
      for (const policy::Draw& draw : policy.draws(state))
        next.insert(state + static_cast<policy::State>(draw.advance));
    }
    return next;
  };
  std::set<policy::State> states = {0};
  for (std::size_t m = 1; m < attempt; ++m) states = after(states);
  for (std::size_t before = 0; before != states.size();) {
    before = states.size();
    states.merge(after(states));
  }
  Later later;
  for (const policy::State state : states) {
    if (!policy.offers(state)) later.may_end = true;
    for (const policy::Draw& draw : policy.draws(state)) later.models.insert(draw.model);
  }
  return later;
}

}  // namespace

BeyondLimits beyond_limits(const LoggedTasks& tasks, const policy::Policy& policy,
                           const PolicyPaths& paths) {
  static constexpr double kMostGoOn = 0.97;
  constexpr double kNone = std::numeric_limits<double>::infinity();
  std::size_t first = LoggedTasks::kMostKept;
  for (const AttemptSupport& cell : paths.support()) {
    if (!cell.supported) first = std::min(first, cell.attempt);
  }
  const Later later = later_of(policy, first);
  const std::vector<Shown> models = shown_by(tasks);
  Limits anything = {0, 0};  // that any model's passes are gone on after
  for (const Shown& model : models) {
    if (const auto range = habits_of(model, first).goes_on) widen(anything, *range);
  }
  if (anything.high == 0) anything.high = 1;
  Limits goes_on = {kNone, 0};
  Limits solved = {kNone, 0};
  Limits cost = {kNone, -kNone};
  Limits latency = {kNone, 0};
  for (const std::size_t k : later.models) {
    const Shown& model = models[k];
    const Habits habits = habits_of(model, first);
    widen(goes_on, habits.goes_on.value_or(anything));
    widen(solved, habits.solved);
    if (model.passes == 0) continue;
    const double c = model.cost / model.passes;
    const double t = model.latency / model.passes;
    widen(cost, {c, c});
    widen(latency, {t, t});
  }
  BeyondLimits limits;
  const auto tries = [](double share) { return 1 / (1 - std::min(kMostGoOn, share)); };
  limits.attempts = {later.may_end ? 1 : tries(goes_on.low), tries(goes_on.high)};
  limits.solved = {later.may_end ? 0 : solved.low, solved.high};
  const auto times = [&](const Limits& each) {
    return Limits{std::min(each.low * limits.attempts.low, each.low * limits.attempts.high),
                  std::max(each.high * limits.attempts.low, each.high * limits.attempts.high)};
  };
  if (cost.low <= cost.high) limits.cost = times(cost);
  if (latency.low <= latency.high) limits.latency = times(latency);
  return limits;
}

}  // namespace turnout::estimation
