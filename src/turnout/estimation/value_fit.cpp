#include "turnout/estimation/value_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "turnout/numeric/cholesky.h"
#include "turnout/numeric/normal.h"

namespace turnout::estimation {
namespace {

constexpr double kLeastPatience = 0.05;

double above(double bar, const ValueFit& fit) {
  if (bar <= 0) return 1;
  const double z = (std::log(bar) - fit.log_median) / fit.sigma;
  return std::max(numeric::normal_above(z), 1e-12);
}

double predicted(const StayShare& share, const ValueFit& fit) {
  return fit.patience * above(share.bar, fit) / above(share.bar_before, fit);
}

ValueFit clamped(ValueFit fit, double low, double high) {
  fit.log_median = std::clamp(fit.log_median, low, high);
  fit.sigma = std::clamp(fit.sigma, kLeastValueSigma, kMostValueSigma);
  fit.patience = std::clamp(fit.patience, kLeastPatience, 1.0);
  return fit;
}

std::array<double, 3> as_array(const ValueFit& fit) {
  return {fit.log_median, fit.sigma, fit.patience};
}
ValueFit as_fit(const std::array<double, 3>& x) { return {x[0], x[1], x[2]}; }

ValueFit best_of_grid(const std::vector<StayShare>& shares, double low, double high) {
  constexpr int kMedians = 24;
  constexpr std::array<double, 7> kSigmas = {0.05, 0.15, 0.3, 0.5, 0.8, 1.2, 2};
  constexpr std::array<double, 6> kPatience = {0.6, 0.75, 0.85, 0.92, 0.97, 1};
  ValueFit best{(low + high) / 2, 0.5, 1};
  double least = misfit(shares, best);
  for (int i = 0; i <= kMedians; ++i) {
    for (const double sigma : kSigmas) {
      for (const double patience : kPatience) {
        const ValueFit fit{low + (high - low) * i / kMedians, sigma, patience};
        const double sum = misfit(shares, fit);
        if (sum >= least) continue;
        least = sum;
        best = fit;
      }
    }
  }
  return best;
}

/// One damped step; false when it changes nothing any more.
bool improve(const std::vector<StayShare>& shares, ValueFit& fit, double& damping, double low,
             double high) {
  constexpr double kDifference = 1e-6;
  constexpr double kSmall = 1e-9;
  numeric::SymmetricMatrix information(3);
  std::array<double, 3> gradient{};
  const double before = misfit(shares, fit);
  for (const auto& share : shares) {
    const double p = predicted(share, fit);
    std::array<double, 3> slope{};
    for (std::size_t i = 0; i < 3; ++i) {
      auto moved = as_array(fit);
      moved.at(i) += kDifference;
      slope.at(i) = (predicted(share, as_fit(moved)) - p) / kDifference;
    }
    for (std::size_t i = 0; i < 3; ++i) {
      gradient.at(i) += slope.at(i) * (share.share - p) / share.variance;
      for (std::size_t j = 0; j < 3; ++j)
        information.at(i, j) += slope.at(i) * slope.at(j) / share.variance;
    }
  }
  for (int attempt = 0; attempt < 12; ++attempt) {
    numeric::SymmetricMatrix damped = information;
    for (std::size_t i = 0; i < 3; ++i) damped.at(i, i) += damping * (information.at(i, i) + 1);
    const auto inverted = numeric::inverse(damped);
    if (inverted) {
      auto moved = as_array(fit);
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) moved.at(i) += inverted->at(i, j) * gradient.at(j);
      }
      const ValueFit candidate = clamped(as_fit(moved), low, high);
      const double after = misfit(shares, candidate);
      if (after < before) {
        fit = candidate;
        damping = std::max(1e-9, damping / 4);
        return before - after > kSmall * (1 + before);
      }
    }
    damping *= 8;
  }
  return false;
}

}  // namespace

double misfit(const std::vector<StayShare>& shares, const ValueFit& fit) {
  double sum = 0;
  for (const auto& share : shares) {
    const double difference = share.share - predicted(share, fit);
    sum += difference * difference / share.variance;
  }
  return sum;
}

ValueFit fit_patience(const std::vector<StayShare>& shares) {
  constexpr double kBeyond = 300;  // e^300 seconds
  double weights = 0;
  double sum = 0;
  for (const auto& share : shares) {
    weights += 1 / share.variance;
    sum += share.share / share.variance;
  }
  return {kBeyond, 1, std::min(1.0, sum / weights)};
}

ValueFit fit_values(const std::vector<StayShare>& shares, const std::optional<ValueFit>& start) {
  constexpr double kReach = 2.5;  // beyond the bars, in ln V
  constexpr int kSteps = 60;
  double low = INFINITY;
  double high = -INFINITY;
  for (const auto& share : shares) {
    if (share.bar <= 0) continue;
    low = std::min(low, std::log(share.bar));
    high = std::max(high, std::log(share.bar));
  }
  if (low > high) return {};
  low -= kReach;
  high += kReach;
  ValueFit fit = start ? clamped(*start, low, high) : best_of_grid(shares, low, high);
  double damping = 1e-3;
  for (int step = 0; step < kSteps && improve(shares, fit, damping, low, high); ++step) {
  }
  return fit;
}

PatienceRange patience_range(const std::vector<StayShare>& shares) {
  constexpr double kJoint = 7.81;
  constexpr int kSteps = 120;  // of patience, down from 1
  constexpr double kStep = 0.005;
  constexpr int kMedians = 24;
  constexpr double kReach = 2.5;
  constexpr std::array<double, 6> kSigmas = {0.05, 0.2, 0.4, 0.8, 1.5, 3};
  double low = INFINITY;
  double high = -INFINITY;
  for (const auto& share : shares) {
    if (share.bar <= 0) continue;
    low = std::min(low, std::log(share.bar) - kReach);
    high = std::max(high, std::log(share.bar) + kReach);
  }
  std::vector<double> least(kSteps + 1, INFINITY);
  for (std::size_t i = 0; i < least.size(); ++i) {
    const double patience = 1 - kStep * static_cast<double>(i);
    least[i] = misfit(shares, {300, 1, patience});  // e^300 seconds: beyond every bar
    for (int j = 0; low <= high && j <= kMedians; ++j) {
      for (const double sigma : kSigmas)
        least[i] = std::min(least[i],
                            misfit(shares, {low + (high - low) * j / kMedians, sigma, patience}));
    }
  }
  const double best = *std::min_element(least.begin(), least.end());
  PatienceRange range{1, 0};
  for (std::size_t i = 0; i < least.size(); ++i) {
    if (least[i] > best + kJoint) continue;
    const double patience = 1 - kStep * static_cast<double>(i);
    range.low = std::min(range.low, patience);
    range.high = std::max(range.high, patience);
  }
  return range;
}

bool tells_values(const std::vector<StayShare>& shares) {
  constexpr double kApart = 1.1;
  constexpr double kEdge = 0.02;
  double low = INFINITY;
  double high = 0;
  for (const auto& share : shares) {
    if (share.bar <= share.bar_before || share.share < kEdge || share.share > 1 - kEdge) continue;
    low = std::min(low, share.bar);
    high = std::max(high, share.bar);
  }
  return high > kApart * low;
}

}  // namespace turnout::estimation
