#include "turnout/estimation/attempt_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "turnout/numeric/cholesky.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

using numeric::logistic;

/// Parameters: a skill for each model, then sigma^2, delta and tau^2.
using Parameters = std::vector<double>;
constexpr std::size_t kCommon = 3;

double root(double variance) { return std::sqrt(std::max(0.0, variance)); }

/// What the attempts of a path that are on one model come to at one difficulty: that those before
/// the path's last fail, and that besides its last succeeds, in the mean over how well the task
/// suits it.
struct OnModel {
  double failed = 0, solved = 0;
};

OnModel on_model(std::span<const std::size_t> path, std::size_t k, const Parameters& x,
                 double theta) {
  static const auto nodes = numeric::normal_nodes(1);
  const std::size_t models = x.size() - kCommon;
  const double tau = root(x[models + 2]);
  OnModel sum;
  for (const auto& node : nodes) {
    const double skill = x[k] - theta + tau * node.x;
    double failed = node.weight;
    for (std::size_t m = 0; m + 1 < path.size(); ++m) {
      if (path[m] == k) failed *= logistic(-skill - x[models + 1] * static_cast<double>(m));
    }
    sum.failed += failed;
    if (path.back() == k)
      sum.solved += failed * logistic(skill + x[models + 1] * static_cast<double>(path.size() - 1));
  }
  return sum;
}

/// path_success() where tau > 0.
double success_with_tau(std::span<const std::size_t> path, const Parameters& x) {
  static const auto nodes = numeric::normal_nodes(0.75);
  const double sigma = root(x[x.size() - kCommon]);
  double reached = 0;
  double solved = 0;
  for (const auto& node : nodes) {
    double others = node.weight;
    for (std::size_t m = 0; m + 1 < path.size(); ++m) {
      const bool seen = std::find(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(m),
                                  path[m]) != path.begin() + static_cast<std::ptrdiff_t>(m);
      if (!seen && path[m] != path.back())
        others *= on_model(path, path[m], x, sigma * node.x).failed;
    }
    const OnModel last = on_model(path, path.back(), x, sigma * node.x);
    reached += others * last.failed;
    solved += others * last.solved;
  }
  return solved / reached;
}

double path_success(std::span<const std::size_t> path, const Parameters& x) {
  static const auto nodes = numeric::normal_nodes(0.5);
  const std::size_t models = x.size() - kCommon;
  if (x[models + 2] > 0) return success_with_tau(path, x);
  const double sigma = root(x[models]);
  const double feedback = x[models + 1];
  if (sigma == 0) return logistic(x[path.back()] + feedback * static_cast<double>(path.size() - 1));
  double reached = 0;
  double solved = 0;
  for (const auto& node : nodes) {
    double weight = node.weight;
    for (std::size_t m = 0; m + 1 < path.size(); ++m) {
      weight *= logistic(sigma * node.x - x[path[m]] - feedback * static_cast<double>(m));
    }
    reached += weight;
    solved += weight * logistic(x[path.back()] - sigma * node.x +
                                feedback * static_cast<double>(path.size() - 1));
  }
  return solved / reached;
}

AttemptModel model_of(const Parameters& x) {
  const std::size_t models = x.size() - kCommon;
  return {Parameters(x.begin(), x.end() - kCommon), x[models], x[models + 1], x[models + 2]};
}
Parameters parameters_of(const AttemptModel& model) {
  Parameters x = model.skills;
  x.insert(x.end(), {model.variance, model.feedback, model.suits});
  return x;
}

/// Variance of e alpha if the success rate is `success`.
double sampling_variance(const AttemptRate& rate, double success) {
  const double e = std::clamp(rate.ends, 1 / rate.passes, 1.0);
  const double alpha = std::clamp(success / e, 0.5 / rate.told, 1 - 0.5 / rate.told);
  return alpha * alpha * e * (1 - e) / rate.passes + e * e * alpha * (1 - alpha) / rate.told;
}

double misfit(const std::vector<AttemptRate>& rates, const Parameters& x) {
  double sum = 0;
  for (const auto& rate : rates) {
    const double p = path_success(rate.path, x);
    const double difference = rate.success() - p;
    sum += difference * difference / sampling_variance(rate, p);
  }
  return sum;
}

/// Gauss and Newton's steps over the free parameters, halved while they make the fit worse.
std::optional<FittedAttempts> least_squares(const std::vector<AttemptRate>& rates, Parameters x,
                                            const std::vector<std::size_t>& free) {
  const std::size_t models = x.size() - kCommon;
  constexpr int kSteps = 60;
  constexpr double kSmall = 1e-10;
  constexpr double kDifference = 1e-5;
  constexpr double kLargestStep = 1;
  const auto normal = [&](const Parameters& at, std::vector<double>& gradient) {
    numeric::SymmetricMatrix information(free.size());
    gradient.assign(free.size(), 0);
    std::vector<double> slope(free.size());
    for (const auto& rate : rates) {
      const double p = path_success(rate.path, at);
      for (std::size_t i = 0; i < free.size(); ++i) {
        Parameters moved = at;
        moved[free[i]] += kDifference;  // forward: sigma^2 may be 0
        slope[i] = (path_success(rate.path, moved) - p) / kDifference;
      }
      const double weight = 1 / sampling_variance(rate, p);
      for (std::size_t i = 0; i < free.size(); ++i) {
        gradient[i] += weight * slope[i] * (rate.success() - p);
        for (std::size_t j = 0; j < free.size(); ++j)
          information.at(i, j) += weight * slope[i] * slope[j];
      }
    }
    return information;
  };
  std::vector<double> gradient;
  double before = misfit(rates, x);
  for (int step = 0; step < kSteps; ++step) {
    const auto covariance = numeric::inverse(normal(x, gradient));
    if (!covariance) return std::nullopt;
    std::vector<double> change(free.size(), 0);
    double largest = 0;
    for (std::size_t i = 0; i < free.size(); ++i) {
      for (std::size_t j = 0; j < free.size(); ++j) change[i] += covariance->at(i, j) * gradient[j];
      largest = std::max(largest, std::abs(change[i]));
    }
    double scale = std::min(1.0, kLargestStep / std::max(largest, kSmall));
    Parameters moved = x;
    double after = before;
    for (int halving = 0; halving < 20; ++halving, scale /= 2) {
      for (std::size_t i = 0; i < free.size(); ++i) moved[free[i]] = x[free[i]] + scale * change[i];
      moved[models] = std::max(0.0, moved[models]);
      moved[models + 2] = std::max(0.0, moved[models + 2]);
      after = misfit(rates, moved);
      if (after < before) break;
    }
    if (after < before) x = moved;
    const bool settled = before - after <= kSmall * (1 + before);
    before = after;
    if (settled) break;
  }
  const auto covariance = numeric::inverse(normal(x, gradient));
  if (!covariance) return std::nullopt;
  return FittedAttempts{model_of(x), free, *covariance, misfit(rates, x)};
}

/// @returns the fit with tau besides; nothing where the rates of first and second attempts, which are
///   the many, do not tell it from 0.
std::optional<FittedAttempts> fit_with_tau(const std::vector<AttemptRate>& rates,
                                           const FittedAttempts& without) {
  constexpr double kTells = 3.84;  // chi-square of one degree of freedom, 5 %
  constexpr double kStart = 0.3;
  std::vector<AttemptRate> early;
  std::array<bool, 2> kinds{};
  for (const auto& rate : rates) {
    if (rate.path.size() > 2) continue;
    early.push_back(rate);
    if (rate.path.size() == 2) kinds.at(rate.path[0] == rate.path[1] ? 0 : 1) = true;
  }
  const std::size_t models = without.model.skills.size();
  std::vector<std::size_t> free = without.free;
  free.push_back(models + 2);
  if (!kinds[0] || !kinds[1] || early.size() < free.size()) return {};
  Parameters x = parameters_of(without.model);
  const auto alike = least_squares(early, x, without.free);
  x[models + 2] = kStart;
  const auto apart = least_squares(early, x, free);
  if (!alike || !apart || alike->misfit - apart->misfit < kTells) return {};
  return least_squares(rates, parameters_of(apart->model), free);
}

}  // namespace

double AttemptModel::success(std::span<const std::size_t> path) const {
  return path_success(path, parameters_of(*this));
}

double FittedAttempts::error(std::size_t number) const {
  const auto place =
      static_cast<std::size_t>(std::find(free.begin(), free.end(), number) - free.begin());
  return place == free.size() ? 0 : std::sqrt(covariance.at(place, place));
}

AttemptModel FittedAttempts::draw(base::Rng& rng) const {
  Parameters x = parameters_of(model);
  const auto lower = numeric::cholesky(covariance);
  if (!lower) return model;
  std::vector<double> z(free.size());
  for (double& value : z) value = numeric::normal(rng);
  for (std::size_t i = 0; i < free.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) x[free[i]] += lower->at(i, j) * z[j];
  }
  AttemptModel drawn = model_of(x);
  drawn.variance = std::max(0.0, drawn.variance);
  drawn.suits = std::max(0.0, drawn.suits);
  return drawn;
}

double AttemptFit::independent_chi_square() const {
  return std::max(0.0, independent.misfit - full.misfit);
}

std::optional<AttemptFit> fit_attempts(const std::vector<AttemptRate>& all_rates,
                                       std::size_t models) {
  // Where the search for a model's skill starts: its success after the fewest failures.
  std::vector<double> first(models, -1);
  std::vector<AttemptRate> rates = all_rates;
  std::stable_sort(rates.begin(), rates.end(),
                   [](const auto& a, const auto& b) { return a.path.size() < b.path.size(); });
  for (const auto& rate : rates) {
    double& start = first[rate.path.back()];
    if (start < 0) start = std::clamp(rate.success(), 0.001, 0.999);
  }
  // A path is of use if each of its models is known from some path's end.
  std::erase_if(rates, [&](const auto& rate) {
    return std::any_of(rate.path.begin(), rate.path.end(),
                       [&](std::size_t k) { return first[k] < 0; });
  });
  if (std::none_of(rates.begin(), rates.end(),
                   [](const auto& rate) { return rate.path.size() > 1; }))
    return {};
  Parameters x(models + kCommon, 0);
  std::vector<std::size_t> free;
  for (std::size_t k = 0; k < models; ++k) {
    x[k] = first[k] < 0 ? NAN : std::log(first[k] / (1 - first[k]));
    if (first[k] > 0) free.push_back(k);
  }
  auto independent = least_squares(rates, x, free);
  if (!independent) return {};
  constexpr double kStart = 0.5;
  x = parameters_of(independent->model);
  x[models] = kStart;
  free.insert(free.end(), {models, models + 1});
  std::optional<FittedAttempts> full;
  if (rates.size() >= free.size()) full = least_squares(rates, x, free);
  const bool assumed = !full;
  if (assumed) {
    free.pop_back();
    full = least_squares(rates, x, free);
    if (!full) return {};
  }
  auto with_tau = fit_with_tau(rates, *full);
  const bool tells = with_tau.has_value();
  return AttemptFit{tells ? *std::move(with_tau) : *std::move(full), *std::move(independent),
                    assumed, tells, rates.size()};
}

}  // namespace turnout::estimation
