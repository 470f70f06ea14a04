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
constexpr double kNothing = -12;        // ln of a share that is left out of a sum of some hundred
constexpr std::size_t kTestedEnds = 40;
constexpr double kUsualDeviation = 0.15;  // of e: its prior is half of a normal

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
const double flat_prior = -0.5 * std::log(2 * std::numbers::pi * kSizeVariance);

/// The covariance of one sd and correlation, and all that does not depend on the values.
struct GridPoint {
  double correlation = 0, deviation = 0, log_prior = 0;
  Vector lower;  // Cholesky's L of the covariance, in rows of n
  double log_determinant = 0;
  std::vector<Vector> basis;  // orthonormal: level and covariates, then drift, then parabola
  std::array<double, kDegrees> log_information{};  // ln det X'X by degree of drift
  double drift_length = 0;
  std::vector<Vector> steps;  // what basis but drift and parabola leave of the step at each split
  Vector along_drift;         // the part along the drift, of each candidate
  std::array<Vector, 2> information;  // of each candidate's size, its inverse variance, by degree
  /// ln of what a candidate adds to the likelihood is dot^2 times this, and the constant.
  std::array<Vector, 2> gain, constant;
};

/// A step that may be there: for good, or gone again from `until` on.
struct Candidate {
  std::size_t at = 0, until = 0;  // by split; `until` is kNever for a step for good
  double log_share = 0;           // prior
  double slack = 0;
};
constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

/// What values come to at one point of the grid.
struct Fitted {
  std::array<double, kDegrees> restricted{};  // ln of the REML likelihood, no step
  std::array<double, 2> with_step{};          // ln of the marginal likelihood, level and drift
  std::array<double, 2> plain{};              // ln of the likelihood at its maximum, no step
  double drift = 0;
  std::array<Vector, 2> dots;  // of each candidate with the values, by degree
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
    list_candidates();
  }

  Interval size_of(std::size_t split) {
    splits_ = {split};
    list_candidates();
    set_up_grid();
    fit(values_, candidates_.size(), fitted_);
    return describe().step;
  }

  std::optional<StepTestResult> run(const base::Cancellation& cancellation) {
    if (splits_.empty()) return std::nullopt;
    set_up_grid();
    fit(values_, candidates_.size(), fitted_);
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
  /// Steps, and as long as none is known those that end: as likely before, all together. The tests
  /// look at those that begin and end at some kTestedEnds splits; only dates are sought among all.
  void list_candidates() {
    candidates_.clear();
    for (std::size_t s = 0; s < splits_.size(); ++s)
      candidates_.push_back({s, kNever, 0, series_.slack[splits_[s]]});
    const std::size_t steps = candidates_.size();
    const std::size_t apart = (steps + kTestedEnds - 1) / kTestedEnds;
    std::vector<Candidate> others;
    for (std::size_t s = 0; options_.known.empty() && s < steps; ++s) {
      for (std::size_t e = s + kLeastBesideStep; e < steps; ++e) {
        const double slack = series_.slack[splits_[s]] + series_.slack[splits_[e]];
        auto& to = s % apart == 0 && e % apart == 0 ? candidates_ : others;
        to.push_back({s, e, 0, slack});
      }
    }
    tested_ = candidates_.size();
    candidates_.insert(candidates_.end(), others.begin(), others.end());
    const double half = tested_ > steps ? 0.5 : 1;
    for (auto& c : candidates_) {
      c.log_share = std::log(half) -
                    std::log(static_cast<double>(c.until == kNever ? steps : tested_ - steps));
    }
  }

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
    const double relative = deviation / kUsualDeviation;
    point.log_prior = std::log(kWeights.at(correlation)) - 0.5 * relative * relative;
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
    for (const std::size_t split : splits_) {
      Vector column = step_column(split);
      whiten(point, column);
      for (int twice = 0; twice < 2; ++twice) {
        for (std::size_t q = 0; q < plain_; ++q)
          subtract(column, dot(point.basis[q], column), point.basis[q]);
      }
      point.steps.push_back(std::move(column));
    }
    for (const auto& c : candidates_) add_candidate(c, point);
  }

  void add_candidate(const Candidate& c, GridPoint& point) const {
    Vector column = point.steps[c.at];
    if (c.until != kNever) subtract(column, 1, point.steps[c.until]);
    const double along = dot(point.basis[plain_], column);
    const double square = dot(column, column);
    point.along_drift.push_back(along);
    for (std::size_t d = 0; d < 2; ++d) {
      const double known = std::max(square - (d == 1 ? along * along : 0), 1e-9);
      const double slack = 1 + c.slack * known;
      const double both = slack + kSizeVariance * known;
      point.information.at(d).push_back(known);
      point.gain.at(d).push_back(0.5 * (1 / slack - 1 / both) / known);
      point.constant.at(d).push_back(c.log_share - 0.5 * std::log(both / slack));
    }
  }

  /// @param count  of the candidates, the first
  void fit(const Vector& values, std::size_t count, std::vector<Fitted>& to) const {
    to.resize(grid_.size());
    Vector white;
    for (std::size_t g = 0; g < grid_.size(); ++g) {
      white = values;
      whiten(grid_[g], white);
      fit_point(grid_[g], white, count, to[g]);
    }
  }

  void fit_point(const GridPoint& point, const Vector& white, std::size_t count, Fitted& to) const {
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
    }
    find_dots(point, white, count, to);
    for (std::size_t d = 0; d < 2; ++d)
      to.with_step.at(d) = to.restricted.at(d) + log_gain(point, to.dots.at(d), d);
  }

  void find_dots(const GridPoint& point, const Vector& white, std::size_t count, Fitted& to) const {
    Vector of_steps;
    for (const auto& step : point.steps) of_steps.push_back(dot(step, white));
    for (auto& dots : to.dots) dots.resize(count);
    for (std::size_t c = 0; c < count; ++c) {
      const auto& candidate = candidates_[c];
      const double along =
          of_steps[candidate.at] - (candidate.until == kNever ? 0 : of_steps[candidate.until]);
      to.dots[0][c] = along;
      to.dots[1][c] = along - point.along_drift[c] * to.drift;
    }
  }

  /// ln of the mean over the candidates of how much likelier the values are with a step of a size
  /// drawn from its prior. The slack is there with and without it.
  [[nodiscard]] double log_gain(const GridPoint& point, const Vector& dots,
                                std::size_t degree) const {
    // Steps that end are not looked for beside a drift.
    const std::size_t count = degree == 0 ? tested_ : splits_.size();
    const auto& gain = point.gain.at(degree);
    const auto& constant = point.constant.at(degree);
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < count; ++c)
      most = std::max(most, gain[c] * dots[c] * dots[c] + constant[c]);
    double sum = 0;
    for (std::size_t c = 0; c < count; ++c) {
      const double below = gain[c] * dots[c] * dots[c] + constant[c] - most;
      if (below > kNothing) sum += std::exp(below);
    }
    return most + std::log(sum);
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
        flat_prior + over_grid(fitted, [](const Fitted& f) { return f.restricted[1]; });
    const double bent = over_grid(fitted, [](const Fitted& f) { return f.restricted[2]; });
    const double step =
        log_add(over_grid(fitted, [](const Fitted& f) { return f.with_step[0]; }),
                flat_prior + over_grid(fitted, [](const Fitted& f) { return f.with_step[1]; }));
    return {log_add(step, drift) - none, step - bent, step - drift};
  }

  /// Of the points of the grid, whatever the change.
  [[nodiscard]] Vector posterior() const {
    const double some = std::log((1 - kNoChange) / 2);
    Vector logs;
    for (const auto& f : fitted_) {
      logs.push_back(log_sum(std::array{std::log(kNoChange) + f.restricted[0],
                                        some + f.with_step[0], some + flat_prior + f.restricted[1],
                                        some + flat_prior + f.with_step[1]}));
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
      fit(draw(weights, degree, rng), tested_, fitted);
      if (get(evidence(fitted)) >= get(found)) ++exceeded;
      if (exceeded == kExceedances) return static_cast<double>(exceeded) / drawn;
    }
    return static_cast<double>(exceeded + 1) / (most + 1);
  }

  [[nodiscard]] StepTestResult describe() const {
    StepTestResult result;
    const std::size_t degree =
        over_grid(fitted_, [](const Fitted& f) { return f.with_step[0]; }) >=
                flat_prior + over_grid(fitted_, [](const Fitted& f) { return f.with_step[1]; })
            ? 0
            : 1;
    const std::size_t best = find_date(degree, result);
    Vector logs;
    Vector sizes;
    Vector errors;
    for (std::size_t g = 0; g < grid_.size(); ++g) {
      const double known = grid_[g].information.at(degree)[best];
      const double size = fitted_[g].dots.at(degree)[best] / known;
      logs.push_back(fitted_[g].restricted.at(degree) + 0.5 * size * size * known -
                     0.5 * std::log(known));
      sizes.push_back(size);
      errors.push_back(1 / known + candidates_[best].slack);
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

  /// Inverts the likelihood ratio. @returns the number of the likeliest candidate.
  std::size_t find_date(std::size_t degree, StepTestResult& result) const {
    const std::size_t count = degree == 0 ? candidates_.size() : splits_.size();
    Vector likelihood(count, -std::numeric_limits<double>::infinity());
    for (std::size_t c = 0; c < count; ++c) {
      for (std::size_t g = 0; g < grid_.size(); ++g) {
        const double known = grid_[g].information.at(degree)[c];
        const double dot = fitted_[g].dots.at(degree)[c];
        const double twice = dot * dot / known / (1 + candidates_[c].slack * known);
        likelihood[c] = std::max(likelihood[c], fitted_[g].plain.at(degree) + 0.5 * twice);
      }
    }
    // A step that ends has a date more to choose: Schwarz's price of it.
    const double price = 0.5 * std::log(static_cast<double>(n_));
    for (std::size_t c = 0; c < count; ++c)
      likelihood[c] -= candidates_[c].until == kNever ? 0 : price;
    const auto most = std::max_element(likelihood.begin(), likelihood.end());
    const auto best = static_cast<std::size_t>(most - likelihood.begin());
    describe_dates(likelihood, best, result);
    return best;
  }

  void describe_dates(const Vector& likelihood, std::size_t best, StepTestResult& result) const {
    const bool ends = candidates_[best].until != kNever;
    const auto until = [&](const Candidate& c) {
      return c.until == kNever ? n_ : splits_[c.until];
    };
    result.begins = {splits_[candidates_[best].at], n_, 0};
    result.ends = {until(candidates_[best]), n_, 0};
    for (std::size_t c = 0; c < likelihood.size(); ++c) {
      if ((candidates_[c].until != kNever) != ends) continue;
      if (2 * (likelihood[best] - likelihood[c]) > kDateRatio) continue;
      const auto widen = [](DatedIndex& date, std::size_t to) {
        date.first = std::min(date.first, to);
        date.last = std::max(date.last, to);
      };
      widen(result.begins, splits_[candidates_[c].at]);
      widen(result.ends, until(candidates_[c]));
    }
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
  std::vector<Candidate> candidates_;
  std::size_t tested_ = 0;         // of them, the first
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
