#include "turnout/estimation/speed_change.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/numeric/cholesky.h"
#include "turnout/numeric/normal.h"

namespace turnout::estimation {
namespace {

constexpr std::int64_t kLeastTimed = 5;  // passes with tokens in a period
constexpr std::size_t kLeastSide = 3;    // periods on either side of a change
constexpr int kPermutations = 999;

/// One period: mean of ln(latency / tokens) at the mean length, its load and its weight.
struct Point {
  std::int64_t period = 0;
  double value = 0;
  double load = 0;
  double weight = 0;
};

/// Weighted least squares on 1, load and, from `split` on, a step.
struct Fit {
  double step = 0;
  double step_error = 0;
  double load_slope = 0;
  double residual = 0;  // weighted sum of squares
  std::vector<double> fitted;
};

std::optional<Fit> fit(const std::vector<Point>& points, const std::vector<double>& values,
                       std::optional<std::size_t> split) {
  const std::size_t terms = split ? 3 : 2;
  // A load that never changes says nothing: its term is left out.
  const bool loads = std::any_of(points.begin(), points.end(),
                                 [&](const Point& p) { return p.load != points[0].load; });
  const auto row = [&](std::size_t i) {
    return std::array<double, 3>{1, loads ? points[i].load : 0, split && i >= *split ? 1.0 : 0.0};
  };
  numeric::SymmetricMatrix information(terms);
  std::array<double, 3> moment{};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto x = row(i);
    for (std::size_t a = 0; a < terms; ++a) {
      moment.at(a) += points[i].weight * x.at(a) * values[i];
      for (std::size_t b = 0; b < terms; ++b)
        information.at(a, b) += points[i].weight * x.at(a) * x.at(b);
    }
  }
  if (!loads) information.at(1, 1) = 1;
  const auto inverted = numeric::inverse(information);
  if (!inverted) return std::nullopt;
  std::array<double, 3> beta{};
  for (std::size_t a = 0; a < terms; ++a) {
    for (std::size_t b = 0; b < terms; ++b) beta.at(a) += inverted->at(a, b) * moment.at(b);
  }
  Fit result;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto x = row(i);
    result.fitted.push_back(beta[0] + beta[1] * x[1] + beta[2] * x[2]);
    const double off = values[i] - result.fitted.back();
    result.residual += points[i].weight * off * off;
  }
  result.load_slope = beta[1];
  result.step = beta[2];
  if (split && points.size() > terms) {
    const double scale = result.residual / static_cast<double>(points.size() - terms);
    result.step_error = std::sqrt(scale * inverted->at(2, 2));
  }
  return result;
}

struct Split {
  std::size_t at = 0;
  double statistic = 0;  // fall of the residual over what is left of it
};

Split best_split(const std::vector<Point>& points, const std::vector<double>& values,
                 double without) {
  Split best;
  for (std::size_t at = kLeastSide; at + kLeastSide <= points.size(); ++at) {
    const auto with = fit(points, values, at);
    if (!with) continue;
    const double statistic = (without - with->residual) / std::max(with->residual, 1e-300);
    if (statistic > best.statistic) best = {at, statistic};
  }
  return best;
}

/// What a search draws from, and who may stop it.
struct Source {
  base::Rng rng;
  const base::Cancellation& cancellation;
};

/// The most likely change of one stretch of periods, with its p-value; means nothing if it was
/// stopped.
std::optional<std::pair<Split, double>> search(const std::vector<Point>& points, Source& source) {
  if (points.size() < kLeastPeriods) return std::nullopt;
  base::Rng& rng = source.rng;
  std::vector<double> values;
  for (const auto& point : points) values.push_back(point.value);
  const auto null = fit(points, values, {});
  if (!null) return std::nullopt;
  const Split found = best_split(points, values, null->residual);
  // Residuals of unequal weight are made alike before they are exchanged.
  std::vector<double> residuals;
  for (std::size_t i = 0; i < points.size(); ++i) {
    residuals.push_back((values[i] - null->fitted[i]) * std::sqrt(points[i].weight));
  }
  int as_large = 1;
  for (int round = 0; round < kPermutations; ++round) {
    if (source.cancellation.requested()) return std::nullopt;
    for (std::size_t i = residuals.size(); i-- > 1;) {
      std::swap(residuals[i],
                residuals[static_cast<std::size_t>(rng.uniform() * static_cast<double>(i + 1))]);
    }
    std::vector<double> permuted;
    for (std::size_t i = 0; i < points.size(); ++i) {
      permuted.push_back(null->fitted[i] + residuals[i] / std::sqrt(points[i].weight));
    }
    const auto again = fit(points, permuted, {});
    if (again && best_split(points, permuted, again->residual).statistic >= found.statistic)
      ++as_large;
  }
  return std::pair(found, static_cast<double>(as_large) / (kPermutations + 1));
}

void search_all(const std::vector<Point>& points, double alpha, std::int64_t period_us,
                Source& source, SpeedSeries& series, bool outermost) {
  const auto found = search(points, source);
  if (!found) return;
  if (outermost) series.p_value = found->second;
  if (found->second > alpha) return;
  const auto at = static_cast<std::ptrdiff_t>(found->first.at);
  search_all({points.begin(), points.begin() + at}, alpha, period_us, source, series, false);
  std::vector<double> values;
  for (const auto& point : points) values.push_back(point.value);
  const auto with = fit(points, values, found->first.at);
  const double reach = numeric::kNormal95 * with->step_error;
  series.changes.push_back({points[found->first.at].period * period_us, std::exp(with->step),
                            std::exp(with->step - reach), std::exp(with->step + reach),
                            found->second});
  search_all({points.begin() + at, points.end()}, alpha, period_us, source, series, false);
}

using Periods = std::map<std::int64_t, PeriodCounts>;

/// ln(latency / tokens) of each period at the mean length. The slope is that within periods.
std::vector<Point> points_by_token(const Periods& periods, SpeedSeries& series) {
  double within_xx = 0;
  double within_xy = 0;
  double sum_x = 0;
  for (const auto& [period, c] : periods) {
    if (c.timed < kLeastTimed) continue;
    const auto n = static_cast<double>(c.timed);
    series.passes += c.timed;
    within_xx += c.xx - c.x * c.x / n;
    within_xy += c.xy - c.x * c.y / n;
    sum_x += c.x;
  }
  if (within_xx > 1e-9 * static_cast<double>(series.passes))
    series.length_slope = within_xy / within_xx;
  std::vector<Point> points;
  for (const auto& [period, c] : periods) {
    if (c.timed < kLeastTimed) continue;
    const auto n = static_cast<double>(c.timed);
    const double length = c.x / n - sum_x / static_cast<double>(series.passes);
    points.push_back({period, c.y / n - series.length_slope * length, 0, n});
  }
  return points;
}

/// ln of each period's mean latency.
std::vector<Point> points_by_pass(const Periods& periods, SpeedSeries& series) {
  series.by_token = false;
  std::vector<Point> points;
  for (const auto& [period, c] : periods) {
    if (c.latency.count < kLeastTimed || !(c.latency.sum > 0)) continue;
    series.passes += c.latency.count;
    points.push_back({period, std::log(c.latency.mean()), 0, static_cast<double>(c.latency.count)});
  }
  return points;
}

}  // namespace

std::vector<SpeedSeries> find_speed_changes(const LogStatistics& statistics, std::int64_t period_us,
                                            double alpha, std::uint64_t seed,
                                            const base::Cancellation& cancellation) {
  std::map<std::int64_t, double> load;
  for (const auto& [model, periods] : statistics.periods) {
    for (const auto& [period, counts] : periods)
      load[period] += static_cast<double>(counts.latency.count);
  }
  Source source{base::Rng(seed), cancellation};
  std::vector<SpeedSeries> all;
  const double each = alpha / std::max(1.0, static_cast<double>(statistics.periods.size()));
  for (const auto& [model, periods] : statistics.periods) {
    SpeedSeries series;
    series.model = model;
    auto points = points_by_token(periods, series);
    if (series.passes == 0) points = points_by_pass(periods, series);
    for (Point& point : points) point.load = std::log(load[point.period]);
    series.periods = points.size();
    if (points.size() >= kLeastPeriods) {
      std::vector<double> values;
      for (const auto& point : points) values.push_back(point.value);
      if (const auto null = fit(points, values, {})) series.load_slope = null->load_slope;
      search_all(points, each, period_us, source, series, true);
    }
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace turnout::estimation
