#include "turnout/estimation/speed_change.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace turnout::estimation {
namespace {

using numeric::ChangeShape;
using numeric::Interval;
using numeric::StepTestResult;

constexpr std::size_t kMostSteps = 5;

Interval factor_of(const Interval& size) {
  return {std::exp(size.value), std::exp(size.low), std::exp(size.high)};
}

SpeedChange step_of(const StepTestResult& found, const numeric::DatedIndex& date,
                    const Interval& size, const AdjustedSpeed& speed) {
  const auto& starts = speed.starts_us;
  return {starts[date.at], starts[date.first], starts[date.last],
          factor_of(size), found.p_change,     found.p_step};
}

bool ends(const StepTestResult& found, const AdjustedSpeed& speed) {
  return found.ends.at < speed.starts_us.size();
}

/// The step, and where it is undone again the step back.
void add_steps(const StepTestResult& found, SpeedSeries& series) {
  series.steps.push_back(step_of(found, found.begins, found.step, series.speed));
  if (!ends(found, series.speed)) return;
  const Interval back = {-found.step.value, -found.step.high, -found.step.low};
  series.steps.push_back(step_of(found, found.ends, back, series.speed));
}

/// Whether what was found is large enough to be reported.
bool counts(const StepTestResult& found, double least) {
  const Interval& size = found.shape == ChangeShape::kDrift ? found.drift : found.step;
  return found.shape != ChangeShape::kNone && std::abs(size.value) >= std::log1p(least);
}

/// The first search says whether there is a change.
void report_first(const StepTestResult& found, double least, SpeedSeries& series) {
  series.p_value = found.p_change;
  series.shared_deviation = found.deviation;
  series.shared_correlation = found.correlation;
  series.trend = factor_of(found.drift);
  series.verdict = SpeedVerdict::kUnchanged;
  if (!counts(found, least) || found.shape == ChangeShape::kStep) return;
  series.verdict =
      found.shape == ChangeShape::kDrift ? SpeedVerdict::kDrift : SpeedVerdict::kUnresolved;
  if (found.shape == ChangeShape::kEither) add_steps(found, series);
}

/// The sizes of several steps, each beside all others.
void size_together(const std::vector<std::size_t>& steps, SpeedSeries& series) {
  for (std::size_t i = 0; steps.size() > 1 && i < steps.size(); ++i) {
    std::vector<std::size_t> others = steps;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    series.steps[i].factor = factor_of(size_of_step(series.speed.series, others, steps[i]));
  }
}

/// What the search for changes of one model is given.
struct Search {
  const numeric::NoisySeries& series;
  const SpeedOptions& options;
  double alpha;
  const base::Cancellation& cancellation;

  /// @returns the likeliest further change beside those known, at the level that is left for it.
  [[nodiscard]] std::optional<StepTestResult> beside(std::vector<std::size_t> known) const {
    numeric::StepTestOptions how;
    how.seed = options.seed;
    how.alpha = std::max(0.001, alpha / static_cast<double>(known.size() + 1));
    how.known = std::move(known);
    return test_for_step(series, how, cancellation);
  }
};

bool is_step(const std::optional<StepTestResult>& found, double least) {
  return found && found->shape == ChangeShape::kStep && counts(*found, least);
}

/// Two steps in one direction look like a drift as long as only one is looked for: each must be
/// there beside the other, in the direction of the drift. (Steps a week apart are also a drift with
/// a pattern of weekdays, against which steps of the other direction may stand out.)
std::vector<StepTestResult> pair_of_steps(const Search& search, const StepTestResult& first) {
  const auto along = [&](const std::optional<StepTestResult>& step) {
    return is_step(step, search.options.least) && step->step.value * first.drift.value > 0;
  };
  const auto second = search.beside({first.begins.at});
  if (!along(second)) return {};
  const auto again = search.beside({second->begins.at});
  if (!along(again)) return {};
  return {*again, *second};
}

/// The steps one by one, each tested beside those before it, into the series.
void find_steps(const Search& search, const StepTestResult& first, SpeedSeries& series) {
  std::vector<StepTestResult> found = {first};
  if (first.shape != ChangeShape::kStep) found = pair_of_steps(search, first);
  if (found.empty()) return;
  series.verdict = SpeedVerdict::kStep;
  series.steps.clear();
  std::vector<std::size_t> dates;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const StepTestResult step = found[i];
    add_steps(step, series);
    dates.push_back(step.begins.at);
    if (ends(step, series.speed)) dates.push_back(step.ends.at);
    if (i + 1 < found.size() || dates.size() >= kMostSteps) continue;
    const auto next = search.beside(dates);
    if (is_step(next, search.options.least)) found.push_back(*next);
  }
  size_together(dates, series);
}

void report(const Search& search, SpeedSeries& series) {
  const auto first = search.beside({});
  if (!first) return;
  const double least = search.options.least;
  report_first(*first, least, series);
  if (first->shape == ChangeShape::kNone) return;
  if (first->shape == ChangeShape::kStep && !counts(*first, least)) return;
  find_steps(search, *first, series);
}

}  // namespace

std::vector<SpeedSeries> find_speed_changes(const SpeedLog& log, const SpeedOptions& options,
                                            const base::Cancellation& cancellation) {
  const SpeedPeriods periods = periods_of(log);
  const auto rows = log.rows();
  const double each = options.alpha / std::max(1.0, static_cast<double>(rows.size()));
  std::vector<SpeedSeries> all;
  for (const auto& [model, passes] : rows) {
    SpeedSeries series;
    series.model = model;
    series.speed = adjust_speed(passes, log, periods);
    if (series.speed.series.values.size() >= kLeastPeriods)
      report({series.speed.series, options, each, cancellation}, series);
    std::sort(series.steps.begin(), series.steps.end(),
              [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace turnout::estimation
