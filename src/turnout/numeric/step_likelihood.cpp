#include "turnout/numeric/step_likelihood.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace turnout::numeric {
namespace {

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

}  // namespace

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

StepLikelihood::StepLikelihood(const NoisySeries& series, std::vector<std::size_t> known,
                               std::vector<std::size_t> splits)
    : series_(series),
      known_(std::move(known)),
      n_(series.values.size()),
      rows_(n_ + series.prior_rows.size()),
      splits_(std::move(splits)) {
  list_candidates();
  set_up_grid();
}

void StepLikelihood::list_candidates() {
  candidates_.clear();
  for (std::size_t s = 0; s < splits_.size(); ++s) candidates_.push_back({s, kNever, 0});
  const std::size_t steps = candidates_.size();
  const std::size_t apart = (steps + kTestedEnds - 1) / kTestedEnds;
  std::vector<Candidate> others;
  for (std::size_t s = 0; known_.empty() && s < steps; ++s) {
    for (std::size_t e = s + kLeastBesideStep; e < steps; ++e) {
      auto& to = s % apart == 0 && e % apart == 0 ? candidates_ : others;
      to.push_back({s, e, 0});
    }
  }
  tested_ = candidates_.size();
  candidates_.insert(candidates_.end(), others.begin(), others.end());
  const double half = tested_ > steps ? 0.5 : 1;
  for (auto& c : candidates_) {
    c.log_share =
        std::log(half) - std::log(static_cast<double>(c.until == kNever ? steps : tested_ - steps));
  }
}

void StepLikelihood::set_up_grid() {
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

void StepLikelihood::add_point(std::size_t correlation, double deviation) {
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

void StepLikelihood::decompose(GridPoint& point) const {
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

void StepLikelihood::whiten(const GridPoint& point, Vector& column) const {
  for (std::size_t i = 0; i < n_; ++i) {
    const double* row = &point.lower[i * n_];
    column[i] = (column[i] - dot({row, i}, {column.data(), i})) / row[i];
  }
}

Vector StepLikelihood::step_column(std::size_t split) const {
  Vector column(rows_, 0);
  std::fill(column.begin() + static_cast<std::ptrdiff_t>(split),
            column.begin() + static_cast<std::ptrdiff_t>(n_), 1);
  return column;
}

Vector StepLikelihood::power_of_time(int power) const {
  const double middle = (series_.times.front() + series_.times.back()) / 2;
  const double span = series_.times.back() - series_.times.front();
  Vector column(rows_, 0);
  for (std::size_t i = 0; i < n_; ++i)
    column[i] = std::pow((series_.times[i] - middle) / span, power);
  return column;
}

std::vector<Vector> StepLikelihood::base_columns() const {
  std::vector<Vector> columns = {power_of_time(0)};
  for (const std::size_t split : known_) columns.push_back(step_column(split));
  const std::size_t count = series_.covariates.front().size();
  for (std::size_t k = 0; k < count; ++k) {
    Vector column(rows_, 0);
    for (std::size_t i = 0; i < n_; ++i) column[i] = series_.covariates[i][k];
    for (std::size_t i = n_; i < rows_; ++i) column[i] = series_.prior_rows[i - n_][k];
    columns.push_back(std::move(column));
  }
  return columns;
}

void StepLikelihood::make_basis(GridPoint& point) {
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

void StepLikelihood::make_steps(GridPoint& point) const {
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

void StepLikelihood::add_candidate(const Candidate& c, GridPoint& point) const {
  Vector column = point.steps[c.at];
  if (c.until != kNever) subtract(column, 1, point.steps[c.until]);
  const double along = dot(point.basis[plain_], column);
  const double square = dot(column, column);
  point.along_drift.push_back(along);
  for (std::size_t d = 0; d < 2; ++d) {
    const double known = std::max(square - (d == 1 ? along * along : 0), 1e-9);
    const double both = 1 + kSizeVariance * known;
    point.information.at(d).push_back(known);
    point.gain.at(d).push_back(0.5 * kSizeVariance / both);
    point.constant.at(d).push_back(c.log_share - 0.5 * std::log(both));
  }
}

void StepLikelihood::fit(const Vector& values, std::size_t count, std::vector<Fitted>& to) const {
  to.resize(grid_.size());
  Vector white;
  for (std::size_t g = 0; g < grid_.size(); ++g) {
    white = values;
    whiten(grid_[g], white);
    fit_point(grid_[g], white, count, to[g]);
  }
}

void StepLikelihood::fit_point(const GridPoint& point, const Vector& white, std::size_t count,
                               Fitted& to) const {
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
    to.restricted.at(d) =
        point.log_prior - 0.5 * (point.log_determinant + rest.at(d) + point.log_information.at(d));
  }
  for (std::size_t d = 0; d < 2; ++d) {
    to.plain.at(d) = -0.5 * (point.log_determinant + rest.at(d));
  }
  find_dots(point, white, count, to);
  for (std::size_t d = 0; d < 2; ++d)
    to.with_step.at(d) = to.restricted.at(d) + log_gain(point, to.dots.at(d), d);
}

void StepLikelihood::find_dots(const GridPoint& point, const Vector& white, std::size_t count,
                               Fitted& to) const {
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

double StepLikelihood::log_gain(const GridPoint& point, const Vector& dots,
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

}  // namespace turnout::numeric
