#include "turnout/numeric/tempering.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/numeric/cholesky.h"
#include "turnout/numeric/variates.h"

namespace turnout::numeric {
namespace {

using Point = std::vector<double>;

/// From 1 to 0.004, each 0.454 of the one before.
constexpr std::array<double, 8> kPowers = {1, 0.454, 0.206, 0.0938, 0.0426, 0.0194, 0.0088, 0.004};
constexpr double kTarget = 0.25;  // share of proposals to be accepted
constexpr std::size_t kFirstFit = 300;
constexpr std::size_t kRefit = 100;

/// ln of both factors of a density at a point.
struct Height {
  double prior = 0, likelihood = 0;
};

Height height_at(const Density& density, const Point& x) {
  const double prior = density.log_prior(x);
  return {prior, std::isfinite(prior) ? density.log_likelihood(x) : 0};
}

/// One random walk, at one power of the likelihood.
class Walk {
 public:
  Walk(double power, const Point& start, Point scale, Height height)
      : at_(start),
        height_(height),
        power_(power),
        scale_(std::move(scale)),
        mean_(start),
        spread_(start.size()) {}

  void step(const Density& density, base::Rng& rng, bool adapts) {
    const Point to = proposal(rng);
    const Height height = height_at(density, to);
    const double gain =
        height.prior - height_.prior + power_ * (height.likelihood - height_.likelihood);
    const bool moves = std::log1p(-rng.uniform()) < gain;
    if (moves) {
      at_ = to;
      height_ = height;
    }
    if (adapts) adapt(moves);
  }

  static void exchange(Walk& cold, Walk& hot, base::Rng& rng) {
    const double gain =
        (cold.power_ - hot.power_) * (hot.height_.likelihood - cold.height_.likelihood);
    if (std::log1p(-rng.uniform()) >= gain) return;
    std::swap(cold.at_, hot.at_);
    std::swap(cold.height_, hot.height_);
  }

  [[nodiscard]] const Point& at() const { return at_; }

 private:
  [[nodiscard]] Point proposal(base::Rng& rng) const {
    const std::size_t n = at_.size();
    Point to = at_;
    if (!factor_) {  // one coordinate at a time, until the covariance is known
      const auto i = static_cast<std::size_t>(rng.uniform() * static_cast<double>(n));
      to[i] += factor_of_step_ * scale_[i] * normal(rng);
      return to;
    }
    Point z(n);
    for (double& x : z) x = normal(rng);
    const double size = factor_of_step_ * 2.38 / std::sqrt(static_cast<double>(n));
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j <= i; ++j) sum += factor_->at(i, j) * z[j];
      to[i] += size * sum;
    }
    return to;
  }

  void adapt(bool moved) {
    ++seen_;
    const double gain = 1 / std::sqrt(static_cast<double>(seen_));
    factor_of_step_ *= std::exp(gain * ((moved ? 1.0 : 0.0) - kTarget));
    // Later states count for more: the first ones are far from where the density is.
    const double weight = 1 / (1 + static_cast<double>(seen_) / 2);
    const std::size_t n = at_.size();
    Point off(n);
    for (std::size_t i = 0; i < n; ++i) off[i] = at_[i] - mean_[i];
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j)
        spread_.at(i, j) += weight * ((1 - weight) * off[i] * off[j] - spread_.at(i, j));
    }
    for (std::size_t i = 0; i < n; ++i) mean_[i] += weight * off[i];
    if (seen_ >= kFirstFit && seen_ % kRefit == 0) refit();
  }

  void refit() {
    SymmetricMatrix covariance = spread_;
    for (std::size_t i = 0; i < covariance.n; ++i)
      covariance.at(i, i) += 1e-4 * scale_[i] * scale_[i] + 1e-6 * covariance.at(i, i);
    auto found = cholesky(covariance);
    if (!found) return;
    if (!factor_) factor_of_step_ = 1;
    factor_ = std::move(found);
  }

  Point at_;
  Height height_;
  double power_;
  Point scale_;
  Point mean_;
  SymmetricMatrix spread_;
  std::optional<SymmetricMatrix> factor_;
  double factor_of_step_ = 1;
  std::size_t seen_ = 0;
};

/// One run: its draws are put behind those found.
void run(const Density& density, std::vector<Walk> walks, std::size_t draws,
         const TemperingOptions& options, const base::Watch& watch, base::Rng& rng,
         std::vector<Point>& found) {
  constexpr std::size_t kExchange = 5;
  const std::size_t steps = options.warm_up + draws * options.apart;
  for (std::size_t i = 0; i < steps && !watch.cancellation.requested(); ++i) {
    for (Walk& walk : walks) walk.step(density, rng, i < options.warm_up);
    if (i % kExchange == 0) {
      for (std::size_t c = walks.size() - 1; c > 0; --c)
        Walk::exchange(walks[c - 1], walks[c], rng);
    }
    if (i >= options.warm_up && (i - options.warm_up + 1) % options.apart == 0)
      found.push_back(walks[0].at());
    watch.on_steps(1);
  }
}

}  // namespace

std::vector<Point> temper(const Density& density, const Point& start, const Point& scale,
                          const TemperingOptions& options, const base::Watch& watch) {
  std::vector<Walk> walks;
  const Height height = height_at(density, start);
  for (const double power : kPowers) walks.emplace_back(power, start, scale, height);
  std::vector<Point> found;
  for (std::size_t r = 0; r < options.runs; ++r) {
    base::Rng rng(options.seed, r);
    const std::size_t until = options.draws * (r + 1) / options.runs;
    run(density, walks, until - found.size(), options, watch, rng, found);
    if (watch.cancellation.requested()) break;
  }
  return found;
}

}  // namespace turnout::numeric
