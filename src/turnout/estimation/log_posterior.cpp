#include "turnout/estimation/log_posterior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

using numeric::logistic;
using Point = std::vector<double>;

double square(double x) { return x * x; }
double logit(double p) { return std::log(p / (1 - p)); }

/// The numbers of a world as coordinates without bounds, and back. In order: skills; sigma and
/// feedback, where they are not 0; logit of the common patience, by how much models' own differ from
/// it, where they do, and each model's share of that; mean ln V and its spread; logit of leaving
/// after solved tasks, and of the share of the rest that leaves besides after unsolved ones.
class Coordinates {
 public:
  Coordinates(const LogModel& model, std::pair<double, double> bars)
      : models_(model.names().size()),
        low_value_(std::log(bars.first) - std::log(10.0)),
        high_value_(std::log(bars.second) + std::log(100.0)) {
    for (std::size_t k = 0; k < models_; ++k) {
      latencies_.push_back(model.table().latency(k).mean());
      costs_.push_back(model.table().cost(k).mean());
    }
  }

  [[nodiscard]] std::size_t size() const { return 2 * models_ + 8; }

  [[nodiscard]] LogWorld world(std::span<const double> x) const {
    LogWorld w;
    w.skills.assign(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(models_));
    const auto rest = x.subspan(models_);
    w.sigma = std::max(0.0, rest[0]);
    w.feedback = beyond(kNoFeedback, rest[1]);
    const double spread = std::max(0.0, rest[3]);
    for (std::size_t k = 0; k < models_; ++k)
      w.patience.push_back(logistic(rest[2] + spread * rest[4 + k]));
    const auto last = rest.subspan(4 + models_);
    w.log_value = last[0];
    w.value_sigma = std::max(last[1], kLeastSigma);
    w.leaves_solved = logistic(last[2]);
    w.leaves_unsolved = w.leaves_solved + (1 - w.leaves_solved) * logistic(last[3]);
    w.latencies = latencies_;
    w.costs = costs_;
    return w;
  }

  /// ln of the prior's density of the coordinates.
  [[nodiscard]] double prior(std::span<const double> x) const {
    double sum = 0;
    const auto rest = x.subspan(models_);
    // Of all first attempts a share solves that is uniform: the mean of logistic(skill - theta) is
    // nearly logistic(skill / flatter) (MacKay 1992, "The evidence framework").
    const double flatter = std::sqrt(1 + std::numbers::pi / 8 * square(std::max(0.0, rest[0])));
    for (std::size_t k = 0; k < models_; ++k) sum += uniform_in(x[k] / flatter) - std::log(flatter);
    sum -= square(rest[0] / 1.5) / 2 + square(rest[1] / 0.4) / 2;
    // rho^9: users live between .8 and 1 rather than below.
    sum += uniform_in(rest[2]) + 9 * std::log(logistic(rest[2]));
    sum -= square(rest[3]) / 2;
    for (std::size_t k = 0; k < models_; ++k) sum -= square(rest[4 + k]) / 2;
    const auto last = rest.subspan(4 + models_);
    if (last[0] < low_value_ || last[0] > high_value_)
      return -std::numeric_limits<double>::infinity();
    sum -= square(last[1] / 0.7) / 2;
    return sum + uniform_in(last[2]) + uniform_in(last[3]);
  }

  [[nodiscard]] Point start(const LogModel& model) const {
    Point x(size(), 0);
    double reprompted = 0;
    double failed = 0;
    for (std::size_t k = 0; k < models_; ++k) {
      const auto first = model.table().pooled().find({k});
      double p = 0.5;
      if (first != model.table().pooled().end()) {
        const Fates& fates = first->second;
        p = std::clamp(observed(fates, 1).success(), 0.02, 0.98);
        reprompted += as_real(fates.reprompted);
        failed += (1 - p) * as_real(fates.passes());
      }
      x[k] = logit(p);
    }
    x[models_] = 0.5;
    const double stays = failed > 0 ? std::clamp(reprompted / failed, 0.1, 0.97) : 0.9;
    x[models_ + 2] = logit(stays);
    const std::size_t last = 2 * models_ + 4;
    x[last] = std::max(low_value_, high_value_ - std::log(20.0));
    x[last + 1] = 0.3;
    x[last + 2] = logit(0.1);
    x[last + 3] = logit(0.1);
    return x;
  }

  [[nodiscard]] Point scale() const {
    Point s(size(), 0.1);
    s[models_] = 0.3;
    for (std::size_t k = models_ + 2; k < 2 * models_ + 4; ++k) s[k] = 0.3;
    const std::size_t last = 2 * models_ + 4;
    s[last] = 0.7;
    s[last + 1] = 0.4;
    s[last + 2] = 0.3;
    s[last + 3] = 0.3;
    return s;
  }

 private:
  static constexpr double kLeastSigma = 0.005;
  static constexpr double kNoFeedback = 0.2;
  /// 0 within +-least: a plain world is a possibility of its own, not one of measure 0.
  static double beyond(double least, double x) {
    return std::copysign(std::max(0.0, std::abs(x) - least), x);
  }
  /// ln of the density of logit(p) for p uniform on (0, 1).
  static double uniform_in(double x) {
    return -std::abs(x) - 2 * std::log1p(std::exp(-std::abs(x)));
  }

  std::size_t models_;
  double low_value_, high_value_;
  Point latencies_, costs_;
};

double standard_error(const Moments& moments) {
  return moments.count == 0 ? 0 : std::sqrt(moments.variance() / as_real(moments.count));
}

/// A world by which the waits that users faced are measured before anything is known.
LogWorld rough_world(const LogModel& model) {
  LogWorld w;
  for (std::size_t k = 0; k < model.names().size(); ++k) {
    w.skills.push_back(0);
    w.patience.push_back(0.9);
    w.latencies.push_back(model.table().latency(k).mean());
    w.costs.push_back(model.table().cost(k).mean());
  }
  return w;
}

}  // namespace

base::Result<LogPosterior> log_posterior(const LogModel& model,
                                         const numeric::TemperingOptions& options,
                                         const base::Watch& watch) {
  if (model.names().empty())
    return base::Error{base::ErrorCode::kInvalidValue, "has no pass to learn from", ""};
  const auto bars = model.bars(rough_world(model)).value_or(std::pair(1.0, 100.0));
  const Coordinates coordinates(model, bars);
  const numeric::Density density{
      [&](std::span<const double> x) { return coordinates.prior(x); },
      [&](std::span<const double> x) { return model.log_likelihood(coordinates.world(x)); }};
  const auto drawn =
      numeric::temper(density, coordinates.start(model), coordinates.scale(), options, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  LogPosterior posterior;
  base::Rng rng(options.seed, 1);
  for (const Point& x : drawn) {
    LogWorld world = coordinates.world(x);
    for (std::size_t k = 0; k < world.costs.size(); ++k) {
      world.costs[k] += standard_error(model.table().cost(k)) * numeric::normal(rng);
      world.latencies[k] =
          std::max(0.0, world.latencies[k] +
                            standard_error(model.table().latency(k)) * numeric::normal(rng));
    }
    posterior.draws.push_back(std::move(world));
  }
  return posterior;
}

}  // namespace turnout::estimation
