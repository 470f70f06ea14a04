#include "turnout/estimation/speed_series.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

namespace turnout::estimation {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kDay = std::int64_t{24} * 60 * kMinute;
constexpr std::size_t kLeastInPeriod = 5;
constexpr double kShareWithTokens = 0.9;  // fewer: the column is taken as missing
constexpr double kFarOff = 4;             // standard deviations
constexpr double kLoadBendSd = 0.15;      // prior of d^2 ln latency / 2 (d ln load)^2
constexpr double kLengthSd = 0.1;    // prior of the share by which the effect of lengths is off
constexpr double kWeekdaySd = 0.15;  // prior of ln latency between weekdays
constexpr double kLeastVariance = 1e-8;
constexpr double kSingular = 1e-9;

using Vector = std::vector<double>;

/// The passes that count, by period, with their covariates in rows.
struct Design {
  std::vector<std::size_t> period;  // of each row: its place in `starts`
  std::vector<std::int64_t> numbers;
  Vector y;
  std::vector<Vector> x;
  std::size_t lengths = 0;   // the first covariates, which are of tokens
  std::size_t weekdays = 0;  // the first that is of a weekday
};

std::int64_t span_of(const SpeedLog& log) {
  return log.first_us() ? *log.last_us() - *log.first_us() : 0;
}

bool mostly(const std::vector<SpeedRow>& rows, std::optional<double> SpeedRow::*column) {
  const auto with = std::count_if(rows.begin(), rows.end(),
                                  [&](const SpeedRow& row) { return (row.*column).has_value(); });
  return static_cast<double>(with) >= kShareWithTokens * static_cast<double>(rows.size());
}

/// Rows with the tokens that the others have, and with enough company in their period.
std::vector<SpeedRow> rows_that_count(const std::vector<SpeedRow>& rows, bool output, bool input,
                                      std::int64_t length_us, AdjustedSpeed& speed) {
  std::vector<SpeedRow> kept;
  std::map<std::int64_t, std::size_t> count;
  for (const auto& row : rows) {
    if ((output && !row.output_tokens) || (input && !row.input_tokens)) {
      ++speed.without_tokens;
      continue;
    }
    kept.push_back(row);
    ++count[row.started_us / length_us];
  }
  const std::size_t all = kept.size();
  std::erase_if(kept, [&](const SpeedRow& row) {
    return count[row.started_us / length_us] < kLeastInPeriod;
  });
  speed.sparse = static_cast<std::int64_t>(all - kept.size());
  speed.passes = static_cast<std::int64_t>(kept.size());
  return kept;
}

void add_lengths(const std::vector<SpeedRow>& rows, bool output, bool input, Design& design) {
  const auto logs_of = [&](std::optional<double> SpeedRow::*column) {
    Vector logs;
    double mean = 0;
    for (const auto& row : rows) {
      logs.push_back(std::log1p(*(row.*column)));
      mean += logs.back() / static_cast<double>(rows.size());
    }
    for (double& x : logs) x -= mean;
    return logs;
  };
  const Vector out = output ? logs_of(&SpeedRow::output_tokens) : Vector();
  const Vector in = input ? logs_of(&SpeedRow::input_tokens) : Vector();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& x = design.x[i];
    if (output) x.insert(x.end(), {out[i], out[i] * out[i]});
    if (input) x.insert(x.end(), {in[i], in[i] * in[i]});
    if (output && input) x.push_back(out[i] * in[i]);
    design.lengths = x.size();
  }
}

void add_calendar(const SpeedRow& row, const SpeedPeriods& periods, Vector& x) {
  constexpr int kHarmonics = 3;
  if (periods.hours) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(row.started_us % kDay) /
                         static_cast<double>(kDay);
    for (int k = 1; k <= kHarmonics; ++k) {
      x.push_back(std::sin(k * angle));
      x.push_back(std::cos(k * angle));
    }
  }
  if (periods.days) {
    const std::int64_t day = row.started_us / kDay % 7;
    for (std::int64_t k = 1; k < 7; ++k) x.push_back(day == k ? 1 : 0);
  }
}

void add_load(const SpeedRow& row, const SpeedLog& log, Vector& x) {
  constexpr std::int64_t kHalfAnHour = 30;
  const std::int64_t minute = row.started_us / kMinute;
  const double near = log.arrivals(minute - kHalfAnHour, minute + kHalfAnHour + 1);
  x.push_back(std::log(std::max(1.0, near)));  // the pass itself is one of them
  x.push_back(std::log(std::max(1.0, log.arrivals(minute, minute + 1))));
}

Design design_of(const std::vector<SpeedRow>& rows, const SpeedLog& log,
                 const SpeedPeriods& periods, bool output, bool input) {
  Design design;
  design.x.resize(rows.size());
  for (const auto& row : rows) {
    const std::int64_t number = row.started_us / periods.length_us;
    if (design.numbers.empty() || design.numbers.back() != number) design.numbers.push_back(number);
    design.period.push_back(design.numbers.size() - 1);
    design.y.push_back(std::log(row.latency_s));
  }
  add_lengths(rows, output, input, design);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    add_calendar(rows[i], periods, design.x[i]);
    design.weekdays = design.x[i].size() - 6;  // the calendar's last, if it has them
    add_load(rows[i], log, design.x[i]);
  }
  return design;
}

/// Means by period, of y last.
struct Means {
  Vector count;
  std::vector<Vector> x;
  Vector y;
};

Means means_of(const Design& design) {
  const std::size_t columns = design.x.front().size();
  Means means;
  means.count.resize(design.numbers.size());
  means.y.resize(design.numbers.size());
  means.x.assign(design.numbers.size(), Vector(columns));
  for (std::size_t i = 0; i < design.y.size(); ++i) {
    const std::size_t d = design.period[i];
    ++means.count[d];
    means.y[d] += design.y[i];
    for (std::size_t k = 0; k < columns; ++k) means.x[d][k] += design.x[i][k];
  }
  for (std::size_t d = 0; d < means.count.size(); ++d) {
    means.y[d] /= means.count[d];
    for (double& x : means.x[d]) x /= means.count[d];
  }
  return means;
}

/// The regression within periods: R of its QR factors, Q'y, the coefficients, and the variance.
struct Within {
  std::vector<Vector> r;
  Vector right;
  Vector coefficients;
  double variance = 0;
};

/// Cross-products of x and y within periods; y is the last row and column.
std::vector<Vector> products_within(const Design& design, const Means& means) {
  const std::size_t columns = design.x.front().size();
  std::vector<Vector> products(columns + 1, Vector(columns + 1));
  Vector row(columns + 1);
  for (std::size_t i = 0; i < design.y.size(); ++i) {
    const std::size_t d = design.period[i];
    for (std::size_t k = 0; k < columns; ++k) row[k] = design.x[i][k] - means.x[d][k];
    row[columns] = design.y[i] - means.y[d];
    for (std::size_t a = 0; a <= columns; ++a) {
      for (std::size_t b = a; b <= columns; ++b) products[a][b] += row[a] * row[b];
    }
  }
  return products;
}

/// Cholesky's upper factor of the cross-products; a row of zeros where a column says nothing new.
Within regress_within(const Design& design, const Means& means) {
  auto m = products_within(design, means);
  const std::size_t columns = m.size() - 1;
  const Vector total = [&] {
    Vector diagonal;
    for (std::size_t k = 0; k <= columns; ++k) diagonal.push_back(m[k][k]);
    return diagonal;
  }();
  Within within;
  for (std::size_t k = 0; k < columns; ++k) {
    Vector row(columns + 1, 0);
    const bool tells = m[k][k] > kSingular * total[k] && m[k][k] > 1e-12;
    if (tells) {
      const double root = std::sqrt(m[k][k]);
      for (std::size_t j = k; j <= columns; ++j) row[j] = m[k][j] / root;
      for (std::size_t a = k + 1; a <= columns; ++a) {
        for (std::size_t b = a; b <= columns; ++b) m[a][b] -= row[a] * row[b];
      }
    }
    within.right.push_back(row[columns]);
    row.pop_back();
    within.r.push_back(std::move(row));
  }
  const double freedom = static_cast<double>(design.y.size()) -
                         static_cast<double>(means.count.size()) - static_cast<double>(columns);
  within.variance = std::max(kLeastVariance, m[columns][columns] / std::max(1.0, freedom));
  within.coefficients.assign(columns, 0);
  for (std::size_t k = columns; k-- > 0;) {
    if (within.r[k][k] == 0) continue;
    double left = within.right[k];
    for (std::size_t j = k + 1; j < columns; ++j) left -= within.r[k][j] * within.coefficients[j];
    within.coefficients[k] = left / within.r[k][k];
  }
  return within;
}

/// Brings residuals beyond kFarOff standard deviations to that: a time-out should not make a day.
/// The deviation is 1.4826 times the median of their sizes.
void clip(Design& design, const Means& means, const Within& within) {
  Vector fitted;
  Vector sizes;
  for (std::size_t i = 0; i < design.y.size(); ++i) {
    const std::size_t d = design.period[i];
    double fit = means.y[d];
    for (std::size_t k = 0; k < within.coefficients.size(); ++k)
      fit += within.coefficients[k] * (design.x[i][k] - means.x[d][k]);
    fitted.push_back(fit);
    sizes.push_back(std::abs(design.y[i] - fit));
  }
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  const double reach = kFarOff * 1.4826 * *middle;
  if (reach <= 0) return;
  for (std::size_t i = 0; i < design.y.size(); ++i)
    design.y[i] = std::clamp(design.y[i], fitted[i] - reach, fitted[i] + reach);
}

/// A covariate of the period, behind the means of those of its passes.
void add_column(const Vector& values, numeric::NoisySeries& series) {
  for (std::size_t d = 0; d < values.size(); ++d) series.covariates[d].push_back(values[d]);
  for (auto& row : series.prior_rows) row.push_back(0);
}

/// What is known beforehand of one coefficient: it is near 0, with this sd.
void expect_small(std::size_t column, double deviation, numeric::NoisySeries& series) {
  Vector row(series.covariates.front().size(), 0);
  row[column] = 1 / deviation;
  series.prior_rows.push_back(std::move(row));
  series.prior_values.push_back(0);
}

/// ln of the passes of all models in each period, less its mean.
Vector load_of(const Design& design, const SpeedLog& log, const SpeedPeriods& periods) {
  Vector load;
  double mean = 0;
  for (const std::int64_t number : design.numbers) {
    const std::int64_t minutes = periods.length_us / kMinute;
    const std::int64_t from = number * periods.length_us / kMinute;
    load.push_back(std::log(std::max(1.0, log.arrivals(from, from + minutes))));
    mean += load.back() / static_cast<double>(design.numbers.size());
  }
  for (double& x : load) x -= mean;
  return load;
}

/// ln latency that the lengths of a period's passes explain, less its mean.
Vector length_effect(const Design& design, const Means& means, const Within& within) {
  Vector effect;
  double mean = 0;
  for (const Vector& x : means.x) {
    double sum = 0;
    for (std::size_t k = 0; k < design.lengths; ++k) sum += within.coefficients[k] * x[k];
    effect.push_back(sum);
    mean += sum / static_cast<double>(means.x.size());
  }
  for (double& x : effect) x -= mean;
  return effect;
}

/// What the regression within periods cannot say: the effect of the period's load and its bend, by
/// how much the curve of lengths is off, and weekdays if periods are days.
void add_between(const Design& design, const Means& means, const Within& within, const Vector& load,
                 const SpeedPeriods& periods, numeric::NoisySeries& series) {
  const std::size_t first = within.r.size();
  Vector squares;
  for (const double x : load) squares.push_back(x * x);
  add_column(load, series);
  add_column(squares, series);
  expect_small(first + 1, kLoadBendSd, series);
  if (design.lengths > 0) {
    add_column(length_effect(design, means, within), series);
    expect_small(first + 2, kLengthSd, series);
  }
  // A weekday is not worlds apart from the others: without that, steps a week apart are a pattern
  // of weekdays and a drift.
  for (std::size_t k = design.weekdays; k < design.weekdays + (periods.days ? 6 : 0); ++k)
    expect_small(k, kWeekdaySd, series);
}

void fill_series(const Design& design, const Means& means, const Within& within,
                 numeric::NoisySeries& series) {
  const double deviation = std::sqrt(within.variance);
  for (std::size_t d = 0; d < design.numbers.size(); ++d) {
    series.times.push_back(static_cast<double>(design.numbers[d]));
    series.values.push_back(means.y[d]);
    series.variances.push_back(within.variance / means.count[d]);
    series.covariates.push_back(means.x[d]);
  }
  for (std::size_t k = 0; k < within.r.size(); ++k) {
    if (within.r[k][k] == 0) continue;
    Vector row = within.r[k];
    for (double& x : row) x /= deviation;
    series.prior_rows.push_back(std::move(row));
    series.prior_values.push_back(within.right[k] / deviation);
  }
}

void say_what_was_adjusted(bool output, bool input, const SpeedPeriods& periods,
                           AdjustedSpeed& speed) {
  const auto say = [&](bool done, const char* what, const char* why) {
    if (done) {
      speed.adjusted.emplace_back(what);
    } else {
      speed.unadjusted.push_back(std::string(what) + " (" + why + ")");
    }
  };
  say(output, "output tokens", "the log has none");
  say(input, "input tokens", "the log has none");
  say(periods.hours, "hour of the day", "the log spans fewer than two days");
  say(periods.days, "day of the week", "the log spans fewer than two weeks");
  speed.adjusted.emplace_back("arrivals in the log (minute, hour and period)");
  speed.unadjusted.emplace_back("the provider's load beyond that of the log (not in a log)");
}

}  // namespace

SpeedPeriods periods_of(const SpeedLog& log) {
  constexpr std::int64_t kLeastDays = 20;
  constexpr std::int64_t kPeriods = 40;
  constexpr std::int64_t kMostPeriods = 120;
  const std::int64_t span = span_of(log);
  SpeedPeriods periods;
  periods.hours = span >= 2 * kDay;
  periods.days = span >= 13 * kDay;
  if (span >= kLeastDays * kDay) {
    periods.length_us = kDay * (span / (kMostPeriods * kDay) + 1);
  } else {
    periods.length_us = std::max<std::int64_t>(1, span / kPeriods / kMinute) * kMinute;
  }
  return periods;
}

AdjustedSpeed adjust_speed(const std::vector<SpeedRow>& rows, const SpeedLog& log,
                           const SpeedPeriods& periods) {
  AdjustedSpeed speed;
  const bool output = mostly(rows, &SpeedRow::output_tokens);
  const bool input = mostly(rows, &SpeedRow::input_tokens);
  say_what_was_adjusted(output, input, periods, speed);
  const auto kept = rows_that_count(rows, output, input, periods.length_us, speed);
  if (kept.empty()) return speed;
  Design design = design_of(kept, log, periods, output, input);
  clip(design, means_of(design), regress_within(design, means_of(design)));
  const Means means = means_of(design);
  const Within within = regress_within(design, means);
  if (output) speed.length_slope = within.coefficients.front();
  fill_series(design, means, within, speed.series);
  add_between(design, means, within, load_of(design, log, periods), periods, speed.series);
  for (const std::int64_t number : design.numbers)
    speed.starts_us.push_back(number * periods.length_us);
  return speed;
}

}  // namespace turnout::estimation
