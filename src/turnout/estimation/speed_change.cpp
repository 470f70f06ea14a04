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

SpeedChange step_of(const StepTestResult& found, const AdjustedSpeed& speed) {
  const auto& starts = speed.starts_us;
  return {starts[found.at],      starts[found.first], starts[found.last],
          factor_of(found.step), found.p_change,      found.p_step};
}

/// Whether what was found is large enough to be reported.
bool counts(const StepTestResult& found, double least) {
  const Interval& size = found.shape == ChangeShape::kDrift ? found.drift : found.step;
  return found.shape != ChangeShape::kNone && std::abs(size.value) >= std::log1p(least);
}

/// The first search says whether there is a change; the others look for one more beside the steps.
void report_first(const StepTestResult& found, double least, SpeedSeries& series) {
  series.p_value = found.p_change;
  series.shared_deviation = found.deviation;
  series.shared_correlation = found.correlation;
  series.trend = factor_of(found.drift);
  series.verdict = SpeedVerdict::kUnchanged;
  if (!counts(found, least) || found.shape == ChangeShape::kStep) return;
  series.verdict =
      found.shape == ChangeShape::kDrift ? SpeedVerdict::kDrift : SpeedVerdict::kUnresolved;
  if (found.shape == ChangeShape::kEither) series.steps.push_back(step_of(found, series.speed));
}

/// The sizes of several steps, each beside all others.
void size_together(const std::vector<std::size_t>& steps, SpeedSeries& series) {
  for (std::size_t i = 0; steps.size() > 1 && i < steps.size(); ++i) {
    std::vector<std::size_t> others = steps;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    series.steps[i].factor = factor_of(size_of_step(series.speed.series, others, steps[i]));
  }
}

void search(SpeedSeries& series, double alpha, const SpeedOptions& options,
            const base::Cancellation& cancellation) {
  numeric::StepTestOptions how;
  how.seed = options.seed;
  while (how.known.size() < kMostSteps) {
    how.alpha = std::max(0.001, alpha / static_cast<double>(how.known.size() + 1));
    const auto found = test_for_step(series.speed.series, how, cancellation);
    if (!found) break;
    if (how.known.empty()) report_first(*found, options.least, series);
    if (found->shape != ChangeShape::kStep || !counts(*found, options.least)) break;
    series.verdict = SpeedVerdict::kStep;
    series.steps.push_back(step_of(*found, series.speed));
    how.known.push_back(found->at);
  }
  size_together(how.known, series);
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
      search(series, each, options, cancellation);
    std::sort(series.steps.begin(), series.steps.end(),
              [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace turnout::estimation
