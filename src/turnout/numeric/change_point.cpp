#include "turnout/numeric/change_point.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>

#include "turnout/base/rng.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/variates.h"

namespace turnout::numeric {
namespace {

using Vector = std::vector<double>;

constexpr double kSizeVariance = 0.3 * 0.3;  // prior of a step and of a drift over the whole
constexpr double kDateRatio = 7.35;          // -2 ln(1 - sqrt(0.95)), Eo and Morley 2015
constexpr double kNoChange =
    0.3;                          // prior of no change, for the posterior of the sd and correlation
constexpr int kExceedances = 20;  // Besag and Clifford's h
constexpr std::size_t kDegrees = 3;  // level, straight drift, parabola
constexpr double kDependent = 1e-7;  // of its length: what is left of a column that others explain
constexpr std::array<double, 10> kCorrelations = {0,   0.15, 0.3,  0.45, 0.6,
                                                  0.7, 0.8,  0.88, 0.94, 0.98};
/// Their prior weights: 0 half, the others half, by the widths of the cells around them.
constexpr std::array<double, 10> kWeights = {0.75, 0.15, 0.15, 0.15, 0.125,
                                             0.1,  0.09, 0.07, 0.05, 0.03};
constexpr std::size_t kDeviations = 9;  // besides 0

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void subtract(std::span<double> from, double times, std::span<const double> what) {
  for (std::size_t i = 0; i < from.size(); ++i) from[i] -= times * what[i];
}

double log_sum(std::span<const double> logs) {
  const double most = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double x : logs) sum += std::exp(x - most);
  return most + std::log(sum);
}

double log_add(double a, double b) { return log_sum(std::array{a, b}); }

/// ln of the density that a size has at 0, which a flat prior leaves out.
const double kFlatPrior = -0.5 * std::log(2 * std::numbers::pi * kSizeVariance);

/// The covariance of one sd and correlation, and all that does not depend on the values.
struct GridPoint {
  double correlation = 0, deviation = 0, log_prior = 0;
  Vector lower;  // Cholesky's L of the covariance, in rows of n
  double log_determinant = 0;
  std::vector<Vector> basis;  // orthonormal: level and covariates, then drift, then parabola
  std::array<double, kDegrees> log_information{};  // ln det X'X by degree of drift
  double drift_length = 0;
  std::vector<Vector> steps;  // what basis but drift and parabola leave of each
  Vector along_drift;         // their part along the drift
  Vector squares;             // their lengths, squared
};

/// What values come to at one point of the grid.
struct Fitted {
  std::array<double, kDegrees> restricted{};  // ln of the REML likelihood, no step
  std::array<double, 2> with_step{};          // ln of the marginal likelihood, level and drift
  std::array<double, 2> plain{};              // ln of the likelihood at its maximum, no step
  double drift = 0;
  std::array<Vector, 2> z;  // of each step over its standard error
};

struct Evidence {
  double change = 0;    // ln of the Bayes factor of step or drift against neither
  double step = 0;      // of a step against a parabola
  double straight = 0;  // of a step against a straight drift
};

class Test {
 public:
  Test(const NoisySeries& series, const StepTestOptions& options)
      : series_(series), options_(options), n_(series.values.size()) {
    rows_ = n_ + series.prior_rows.size();
    values_ = series.values;
    values_.insert(values_.end(), series.prior_values.begin(), series.prior_values.end());
    for (std::size_t s = kLeastBesideStep; s + kLeastBesideStep <= n_; ++s) {
      const bool crowded = std::any_of(options.known.begin(), options.known.end(), [&](auto k) {
        return s < k + kLeastBesideStep && k < s + kLeastBesideStep;
      });
      if (!crowded) splits_.push_back(s);
    }
  }

  Interval size_of(std::size_t split) {
    splits_ = {split};
    set_up_grid();
    fit(values_, fitted_);
    return describe().step;
  }

  std::optional<StepTestResult> run(const base::Cancellation& cancellation) {
    if (splits_.empty()) return std::nullopt;
    set_up_grid();
    fit(values_, fitted_);
    const Evidence found = evidence(fitted_);
    const Vector weights = posterior();
    const auto change = p_value(
        weights, 0, [](const Evidence& e) { return e.change; }, found, cancellation);
    if (!change) return std::nullopt;
    StepTestResult result = describe();
    result.p_change = *change;
    if (*change > options_.alpha) return result;
    const auto step = p_value(
        weights, 2, [](const Evidence& e) { return e.step; }, found, cancellation);
    if (!step) return std::nullopt;
    result.p_step = *step;
    if (*step <= options_.alpha) {
      result.shape = ChangeShape::kStep;
    } else {
      result.shape = found.straight > 0 ? ChangeShape::kEither : ChangeShape::kDrift;
    }
    return result;
  }

 private:
  void set_up_grid() {
    const double noise = std::accumulate(series_.variances.begin(), series_.variances.end(), 0.0) /
                         static_cast<double>(n_);
    double mean = 0;
    for (const double y : series_.values) mean += y / static_cast<double>(n_);
    double spread = 0;
    for (const double y : series_.values) spread += (y - mean) * (y - mean);
    spread = std::sqrt(spread / static_cast<double>(n_));
    const double least = 0.4 * std::sqrt(noise);
    const double most = std::max(9 * std::sqrt(noise), 2 * spread);
    add_point(0, 0);
    for (std::size_t d = 0; d < kDeviations; ++d) {
      const double deviation =
          least * std::pow(most / least, static_cast<double>(d) / (kDeviations - 1));
      for (std::size_t c = 0; c < kCorrelations.size(); ++c) add_point(c, deviation);
    }
  }

  void add_point(std::size_t correlation, double deviation) {
    GridPoint point;
    point.correlation = kCorrelations.at(correlation);
    point.deviation = deviation;
    point.log_prior = std::log(kWeights.at(correlation));
    decompose(point);
    make_basis(point);
    make_steps(point);
    grid_.push_back(std::move(point));
  }

  void decompose(GridPoint& point) const {
    point.lower.assign(n_ * n_, 0);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const double apart = series_.times[i] - series_.times[j];
        double sum = point.deviation * point.deviation * std::pow(point.correlation, apart) +
                     (i == j ? series_.variances[i] : 0);
        sum -= dot({&point.lower[i * n_], j}, {&point.lower[j * n_], j});
        point.lower[i * n_ + j] = i == j ? std::sqrt(sum) : sum / point.lower[j * n_ + j];
      }
      point.log_determinant += 2 * std::log(point.lower[i * n_ + i]);
    }
  }

  /// Solves L x = column for the first n; the rest, the prior's rows, have unit variance already.
  void whiten(const GridPoint& point, Vector& column) const {
    for (std::size_t i = 0; i < n_; ++i) {
      const double* row = &point.lower[i * n_];
      column[i] = (column[i] - dot({row, i}, {column.data(), i})) / row[i];
    }
  }

  [[nodiscard]] Vector step_column(std::size_t split) const {
    Vector column(rows_, 0);
    std::fill(column.begin() + static_cast<std::ptrdiff_t>(split),
              column.begin() + static_cast<std::ptrdiff_t>(n_), 1);
    return column;
  }

  [[nodiscard]] Vector power_of_time(int power) const {
    const double middle = (series_.times.front() + series_.times.back()) / 2;
    const double span = series_.times.back() - series_.times.front();
    Vector column(rows_, 0);
    for (std::size_t i = 0; i < n_; ++i)
      column[i] = std::pow((series_.times[i] - middle) / span, power);
    return column;
  }

  [[nodiscard]] std::vector<Vector> base_columns() const {
    std::vector<Vector> columns = {power_of_time(0)};
    for (const std::size_t split : options_.known) columns.push_back(step_column(split));
    const std::size_t count = series_.covariates.front().size();
    for (std::size_t k = 0; k < count; ++k) {
      Vector column(rows_, 0);
      for (std::size_t i = 0; i < n_; ++i) column[i] = series_.covariates[i][k];
      for (std::size_t i = n_; i < rows_; ++i) column[i] = series_.prior_rows[i - n_][k];
      columns.push_back(std::move(column));
    }
    return columns;
  }

  /// Gram and Schmidt, twice for accuracy. A column that the others explain is left out, the same
  /// ones at every point of the grid.
  void make_basis(GridPoint& point) {
    const auto base = base_columns();
    const bool first = independent_.empty();
    double information = 0;
    const auto add = [&](Vector column, std::size_t number) {
      whiten(point, column);
      const double length = std::sqrt(dot(column, column));
      for (int twice = 0; twice < 2; ++twice) {
        for (const auto& q : point.basis) subtract(column, dot(q, column), q);
      }
      const double left = std::sqrt(dot(column, column));
      if (first) independent_.push_back(left > kDependent * length);
      if (!independent_[number]) return left;
      information += 2 * std::log(left);
      for (double& x : column) x /= left;
      point.basis.push_back(std::move(column));
      return left;
    };
    for (std::size_t k = 0; k < base.size(); ++k) add(base[k], k);
    point.log_information[0] = information;
    plain_ = point.basis.size();
    point.drift_length = add(power_of_time(1), base.size());
    point.log_information[1] = information;
    add(power_of_time(2), base.size() + 1);
    point.log_information[2] = information;
  }

  void make_steps(GridPoint& point) const {
    const auto& drift = point.basis[plain_];
    for (const std::size_t split : splits_) {
      Vector column = step_column(split);
      whiten(point, column);
      for (int twice = 0; twice < 2; ++twice) {
        for (std::size_t q = 0; q < plain_; ++q)
          subtract(column, dot(point.basis[q], column), point.basis[q]);
      }
      point.along_drift.push_back(dot(drift, column));
      point.squares.push_back(dot(column, column));
      point.steps.push_back(std::move(column));
    }
  }

  /// Length of a step beside what degree of drift explains, squared: its inverse is the variance.
  static double information(const GridPoint& point, std::size_t step, std::size_t degree) {
    const double along = point.along_drift[step];
    return std::max(point.squares[step] - (degree == 1 ? along * along : 0), 1e-9);
  }

  void fit(const Vector& values, std::vector<Fitted>& to) const {
    to.resize(grid_.size());
    Vector white;
    for (std::size_t g = 0; g < grid_.size(); ++g) {
      white = values;
      whiten(grid_[g], white);
      fit_point(grid_[g], white, to[g]);
    }
  }

  void fit_point(const GridPoint& point, const Vector& white, Fitted& to) const {
    double left = dot(white, white);
    for (std::size_t q = 0; q < plain_; ++q) {
      const double a = dot(point.basis[q], white);
      left -= a * a;
    }
    to.drift = dot(point.basis[plain_], white);
    const double bend = dot(point.basis[plain_ + 1], white);
    const std::array<double, kDegrees> rest = {left, left - to.drift * to.drift,
                                               left - to.drift * to.drift - bend * bend};
    for (std::size_t d = 0; d < kDegrees; ++d) {
      to.restricted.at(d) = point.log_prior - 0.5 * (point.log_determinant + rest.at(d) +
                                                     point.log_information.at(d));
    }
    for (std::size_t d = 0; d < 2; ++d) {
      to.plain.at(d) = -0.5 * (point.log_determinant + rest.at(d));
      to.z.at(d).resize(splits_.size());
    }
    for (std::size_t s = 0; s < splits_.size(); ++s) {
      const double along = dot(point.steps[s], white);
      to.z[0][s] = along / std::sqrt(information(point, s, 0));
      to.z[1][s] = (along - point.along_drift[s] * to.drift) / std::sqrt(information(point, s, 1));
    }
    for (std::size_t d = 0; d < 2; ++d)
      to.with_step.at(d) = to.restricted.at(d) + log_gain_of_a_step(point, to.z.at(d), d);
  }

  /// ln of the mean over the splits of how much likelier the values are with a step of a size drawn
  /// from its prior. The slack is there with and without it.
  [[nodiscard]] double log_gain_of_a_step(const GridPoint& point, const Vector& z,
                                          std::size_t degree) const {
    Vector gains(splits_.size());
    for (std::size_t s = 0; s < splits_.size(); ++s) {
      const double known = information(point, s, degree);
      const double slack = 1 + series_.slack[splits_[s]] * known;
      const double both = slack + kSizeVariance * known;
      gains[s] = 0.5 * z[s] * z[s] * (1 / slack - 1 / both) - 0.5 * std::log(both / slack);
    }
    return log_sum(gains) - std::log(static_cast<double>(splits_.size()));
  }

  template <class Get>
  [[nodiscard]] static double over_grid(const std::vector<Fitted>& fitted, Get get) {
    Vector logs;
    for (const auto& f : fitted) logs.push_back(get(f));
    return log_sum(logs);
  }

  [[nodiscard]] static Evidence evidence(const std::vector<Fitted>& fitted) {
    const double none = over_grid(fitted, [](const Fitted& f) { return f.restricted[0]; });
    const double drift =
        kFlatPrior + over_grid(fitted, [](const Fitted& f) { return f.restricted[1]; });
    const double bent = over_grid(fitted, [](const Fitted& f) { return f.restricted[2]; });
    const double step =
        log_add(over_grid(fitted, [](const Fitted& f) { return f.with_step[0]; }),
                kFlatPrior + over_grid(fitted, [](const Fitted& f) { return f.with_step[1]; }));
    return {log_add(step, drift) - none, step - bent, step - drift};
  }

  /// Of the points of the grid, whatever the change.
  [[nodiscard]] Vector posterior() const {
    const double some = std::log((1 - kNoChange) / 2);
    Vector logs;
    for (const auto& f : fitted_) {
      logs.push_back(log_sum(std::array{std::log(kNoChange) + f.restricted[0],
                                        some + f.with_step[0], some + kFlatPrior + f.restricted[1],
                                        some + kFlatPrior + f.with_step[1]}));
    }
    return shares(logs);
  }

  static Vector shares(Vector logs) {
    const double all = log_sum(logs);
    for (double& x : logs) x = std::exp(x - all);
    return logs;
  }

  /// A series of one point of the grid, drawn from the posterior, with the drift fitted there.
  Vector draw(const Vector& weights, std::size_t degree, base::Rng& rng) const {
    double chance = rng.uniform();
    std::size_t g = 0;
    while (g + 1 < grid_.size() && chance >= weights[g]) chance -= weights[g++];
    Vector e(rows_);
    for (double& x : e) x = normal(rng);
    if (degree > 0) {
      Vector white = values_;
      whiten(grid_[g], white);
      for (std::size_t d = 0; d < degree; ++d) {
        const auto& q = grid_[g].basis[plain_ + d];
        subtract(e, -dot(q, white), q);
      }
    }
    for (std::size_t i = n_; i-- > 0;)
      e[i] = dot({&grid_[g].lower[i * n_], i + 1}, {e.data(), i + 1});
    return e;
  }

  template <class Get>
  std::optional<double> p_value(const Vector& weights, std::size_t degree, Get get,
                                const Evidence& found, const base::Cancellation& cancellation) {
    base::Rng rng(options_.seed, degree);
    const int most = static_cast<int>(kExceedances / options_.alpha) - 1;
    std::vector<Fitted> fitted;
    int exceeded = 0;
    for (int drawn = 1; drawn <= most; ++drawn) {
      if (cancellation.requested()) return std::nullopt;
      fit(draw(weights, degree, rng), fitted);
      if (get(evidence(fitted)) >= get(found)) ++exceeded;
      if (exceeded == kExceedances) return static_cast<double>(exceeded) / drawn;
    }
    return static_cast<double>(exceeded + 1) / (most + 1);
  }

  [[nodiscard]] StepTestResult describe() const {
    StepTestResult result;
    const std::size_t degree =
        over_grid(fitted_, [](const Fitted& f) { return f.with_step[0]; }) >=
                kFlatPrior + over_grid(fitted_, [](const Fitted& f) { return f.with_step[1]; })
            ? 0
            : 1;
    const std::size_t best = find_date(degree, result);
    Vector logs;
    Vector sizes;
    Vector errors;
    for (std::size_t g = 0; g < grid_.size(); ++g) {
      const double known = information(grid_[g], best, degree);
      const double z = fitted_[g].z.at(degree)[best];
      logs.push_back(fitted_[g].restricted.at(degree) + 0.5 * z * z - 0.5 * std::log(known));
      sizes.push_back(z / std::sqrt(known));
      errors.push_back(1 / known + series_.slack[splits_[best]]);
    }
    result.step = interval(shares(logs), sizes, errors);
    describe_drift(result);
    const Vector weights = posterior();
    for (std::size_t g = 0; g < grid_.size(); ++g) {
      result.correlation += weights[g] * grid_[g].correlation;
      result.deviation += weights[g] * grid_[g].deviation;
    }
    return result;
  }

  void describe_drift(StepTestResult& result) const {
    Vector logs;
    Vector sizes;
    Vector errors;
    for (std::size_t g = 0; g < grid_.size(); ++g) {
      const double length = grid_[g].drift_length;
      logs.push_back(fitted_[g].restricted[1]);
      sizes.push_back(fitted_[g].drift / length);
      errors.push_back(1 / (length * length));
    }
    result.drift = interval(shares(logs), sizes, errors);
  }

  /// Inverts the likelihood ratio. @returns the number of the likeliest split.
  std::size_t find_date(std::size_t degree, StepTestResult& result) const {
    Vector likelihood(splits_.size(), -std::numeric_limits<double>::infinity());
    for (std::size_t s = 0; s < splits_.size(); ++s) {
      for (std::size_t g = 0; g < grid_.size(); ++g) {
        const double slack = 1 + series_.slack[splits_[s]] * information(grid_[g], s, degree);
        const double z = fitted_[g].z.at(degree)[s];
        likelihood[s] = std::max(likelihood[s], fitted_[g].plain.at(degree) + 0.5 * z * z / slack);
      }
    }
    const auto most = std::max_element(likelihood.begin(), likelihood.end());
    const auto best = static_cast<std::size_t>(most - likelihood.begin());
    result.at = result.first = result.last = splits_[best];
    for (std::size_t s = 0; s < splits_.size(); ++s) {
      if (2 * (*most - likelihood[s]) > kDateRatio) continue;
      result.first = std::min(result.first, splits_[s]);
      result.last = std::max(result.last, splits_[s]);
    }
    return best;
  }

  /// Of a mixture of normals: its mean, and Student's quantile of its sd.
  [[nodiscard]] Interval interval(const Vector& weights, const Vector& means,
                                  const Vector& variances) const {
    double mean = 0;
    for (std::size_t g = 0; g < weights.size(); ++g) mean += weights[g] * means[g];
    double variance = 0;
    for (std::size_t g = 0; g < weights.size(); ++g)
      variance += weights[g] * (variances[g] + (means[g] - mean) * (means[g] - mean));
    const double columns = static_cast<double>(plain_ + 2) - static_cast<double>(rows_ - n_);
    const double freedom = std::max(4.0, static_cast<double>(n_) - std::max(columns, 2.0));
    const double student =  // Fisher's expansion of Student's quantile
        kNormal95 + (std::pow(kNormal95, 3) + kNormal95) / (4 * freedom);
    const double reach = student * std::sqrt(variance);
    return {mean, mean - reach, mean + reach};
  }

  const NoisySeries& series_;
  const StepTestOptions& options_;
  std::size_t n_ = 0, rows_ = 0, plain_ = 0;
  Vector values_;
  std::vector<std::size_t> splits_;
  std::vector<bool> independent_;  // of the columns of the design
  std::vector<GridPoint> grid_;
  std::vector<Fitted> fitted_;  // of the series itself
};

}  // namespace

std::optional<StepTestResult> test_for_step(const NoisySeries& series,
                                            const StepTestOptions& options,
                                            const base::Cancellation& cancellation) {
  return Test(series, options).run(cancellation);
}

Interval size_of_step(const NoisySeries& series, const std::vector<std::size_t>& known,
                      std::size_t at) {
  StepTestOptions options;
  options.known = known;
  return Test(series, options).size_of(at);
}

}  // namespace turnout::numeric
