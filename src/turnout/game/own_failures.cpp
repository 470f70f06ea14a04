#include "turnout/game/own_failures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "turnout/numeric/normal_nodes.h"

namespace turnout::game {
namespace {

constexpr std::size_t kLanes = 8;  // logits at once, so that sums do not wait for each other
using Lanes = std::array<double, kLanes>;

/// What is believed of the effects of task and model, for some logits at once.
class Beliefs {
 public:
  /// @param odds  exp(-u) of each logit
  Beliefs(const Lanes& odds, std::span<const numeric::WeightedNode> effects,
          std::span<const double> odds_of_effects, const Rejections& rejected) {
    for (std::size_t e = 0; e < effects.size(); ++e) {
      Effect& effect = effects_.emplace_back();
      for (std::size_t i = 0; i < kLanes; ++i) {
        effect.weight[i] = effects[e].weight;
        effect.success[i] = 1 / (1 + odds[i] * odds_of_effects[e]);
        effect.rejection[i] =
            rejected.right * effect.success[i] + rejected.wrong * (1 - effect.success[i]);
      }
    }
  }

  [[nodiscard]] Lanes success() const {
    Lanes sum{};
    for (const Effect& effect : effects_) {
      for (std::size_t i = 0; i < kLanes; ++i) sum[i] += effect.weight[i] * effect.success[i];
    }
    for (double& x : sum) x = std::min(1.0, x);
    return sum;
  }

  /// Learns that the attempt's answer was rejected, where that can happen.
  void learn_rejection() {
    Lanes total{};
    for (const Effect& effect : effects_) {
      for (std::size_t i = 0; i < kLanes; ++i) total[i] += effect.weight[i] * effect.rejection[i];
    }
    for (std::size_t i = 0; i < kLanes; ++i) {
      if (total[i] > 0) continue;
      for (Effect& effect : effects_) effect.rejection[i] = 1;
      total[i] = 1;
    }
    for (double& x : total) x = 1 / x;
    for (Effect& effect : effects_) {
      for (std::size_t i = 0; i < kLanes; ++i) effect.weight[i] *= effect.rejection[i] * total[i];
    }
  }

 private:
  struct Effect {
    Lanes weight, success, rejection;
  };
  std::vector<Effect> effects_;
};

constexpr std::size_t kPoints = 12;  // of an interpolation, half on either side

/// Points of a table in a logit, a power of 2, so that its logits are exact. Where users reject right
/// answers too, many failures are either luck or hopeless, and it is a matter of a tenth of a logit
/// which of the two is likelier.
double per_logit(const Rejections& rejected) { return rejected.right > 0 ? 64 : 16; }
constexpr double kBefore = 5;  // points of an interpolation before the last one below

/// prod_{i != j} (j - i) for each point, inverted.
constexpr std::array<double, kPoints> scales() {
  std::array<double, kPoints> scales{};
  for (std::size_t j = 0; j < kPoints; ++j) {
    double product = 1;
    for (std::size_t i = 0; i < kPoints; ++i) {
      if (i != j) product *= static_cast<double>(j) - static_cast<double>(i);
    }
    scales[j] = 1 / product;
  }
  return scales;
}
constexpr auto kScales = scales();

/// @returns Lagrange's weights of the points -5, ..., 6 for t in [0, 1).
std::array<double, kPoints> weights_at(double t) {
  std::array<double, kPoints> weights = kScales;
  double left = 1;
  double right = 1;
  for (std::size_t j = 0; j < kPoints; ++j) {
    const std::size_t last = kPoints - 1 - j;
    weights[j] *= left;
    weights[last] *= right;
    left *= t + kBefore - static_cast<double>(j);
    right *= t + kBefore - static_cast<double>(last);
  }
  return weights;
}

}  // namespace

std::vector<double> success_after_own_failures(std::span<const double> logits, double tau,
                                               const Rejections& rejected, std::size_t depth) {
  const auto effects = numeric::logistic_nodes(tau);
  std::vector<double> odds_of_effects;
  constexpr double kFar = 600;  // no product of two such powers is 0 times infinity
  for (const auto& effect : effects)
    odds_of_effects.push_back(std::exp(-std::clamp(tau * effect.x, -kFar, kFar)));
  std::vector<double> success(logits.size() * depth);
  for (std::size_t from = 0; from < logits.size(); from += kLanes) {
    const std::size_t count = std::min(kLanes, logits.size() - from);
    Lanes odds{};
    for (std::size_t i = 0; i < count; ++i) odds[i] = std::exp(-logits[from + i]);
    Beliefs beliefs(odds, effects, odds_of_effects, rejected);
    for (std::size_t made = 0; made < depth; ++made) {
      const Lanes now = beliefs.success();
      for (std::size_t i = 0; i < count; ++i) success[(from + i) * depth + made] = now[i];
      beliefs.learn_rejection();
    }
  }
  return success;
}

OwnFailureTable::OwnFailureTable(double tau, const Rejections& rejected, std::size_t depth,
                                 double reach)
    : tau_(tau), rejected_(rejected), depth_(depth), reach_(std::ceil(reach)) {
  const double points = per_logit(rejected);
  const auto steps = static_cast<std::size_t>(2 * reach_ * points);
  std::vector<double> logits;
  for (std::size_t i = 0; i < steps + kPoints; ++i)
    logits.push_back((static_cast<double>(i) - kBefore) / points - reach_);
  success_ = success_after_own_failures(logits, tau, rejected, depth);
}

bool OwnFailureTable::fits(double tau, const Rejections& rejected, std::size_t depth,
                           std::span<const double> logits) const {
  return tau == tau_ && rejected == rejected_ && depth == depth_ &&
         std::all_of(logits.begin(), logits.end(),
                     [&](double logit) { return logit >= -reach_ && logit <= reach_; });
}

std::vector<double> OwnFailureTable::at(std::span<const double> logits) const {
  const double points = per_logit(rejected_);
  std::vector<double> success(logits.size() * depth_, 0);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double steps = (logits[i] + reach_) * points;
    const double below = std::floor(steps);
    const auto weights = weights_at(steps - below);
    const double* from = success_.data() + static_cast<std::size_t>(below) * depth_;
    double* sum = success.data() + i * depth_;
    for (const double weight : weights) {
      for (std::size_t made = 0; made < depth_; ++made) sum[made] += weight * from[made];
      from += depth_;
    }
    for (std::size_t made = 0; made < depth_; ++made) sum[made] = std::clamp(sum[made], 0.0, 1.0);
  }
  return success;
}

}  // namespace turnout::game
