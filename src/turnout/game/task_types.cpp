#include "turnout/game/task_types.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::game {
namespace {

/// The logistic function has poles at distance pi, in units of sigma at pi/sigma: the step follows
/// it.
std::vector<numeric::WeightedNode> nodes_for(double sigma) {
  if (sigma == 0) return {{0, 1}};
  constexpr double kStep = 0.25;
  constexpr double kSmallest = 0.05;
  constexpr double kWideEnough = 2.6;
  return numeric::normal_nodes(std::max(kSmallest, kStep * std::min(1.0, kWideEnough / sigma)));
}

using numeric::logistic;

}  // namespace

double mean_success(double skill, double sigma) {
  double mean = 0;
  for (const auto& [x, weight] : nodes_for(sigma)) mean += weight * logistic(skill - sigma * x);
  return mean;
}

double skill_of(double first_try, double sigma) {
  if (first_try >= 1) return std::numeric_limits<double>::infinity();
  const double plain = std::log(first_try) - std::log1p(-first_try);
  if (sigma == 0) return plain;
  const auto nodes = nodes_for(sigma);
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  // Newton's method on the logit of the mean, which is nearly linear in the skill; bisection where
  // a step leaves the bracket.
  double skill = plain * std::sqrt(1 + sigma * sigma / 3);
  constexpr int kSteps = 200;
  for (int step = 0; step < kSteps; ++step) {
    double mean = 0;
    double slope = 0;
    for (const auto& [x, weight] : nodes) {
      const double p = logistic(skill - sigma * x);
      mean += weight * p;
      slope += weight * p * (1 - p);
    }
    (mean < first_try ? low : high) = skill;
    const double off = std::log(mean) - std::log1p(-mean) - plain;
    double next = skill - off * mean * (1 - mean) / slope;
    if (!(next > low && next < high))
      next = std::isinf(low) || std::isinf(high) ? skill - off : low + (high - low) / 2;
    if (std::abs(next - skill) <= 4e-16 * std::max(1.0, std::abs(skill))) return next;
    skill = next;
  }
  return skill;
}

TaskTypes TaskTypes::empirical(const std::vector<std::vector<double>>& success,
                               std::vector<double> weights) {
  TaskTypes types(std::move(weights), success.empty() ? 0 : success.front().size(), 1);
  for (std::size_t type = 0; type < success.size(); ++type) {
    for (std::size_t k = 0; k < types.models_; ++k) types.at(0, k, type) = success[type][k];
  }
  return types;
}

TaskTypes TaskTypes::empirical(const std::vector<std::vector<double>>& success) {
  return empirical(success,
                   std::vector<double>(success.size(), 1 / static_cast<double>(success.size())));
}

TaskTypes TaskTypes::rasch(std::span<const double> first_try, const Difficulty& difficulty,
                           std::size_t depth) {
  const auto nodes = nodes_for(difficulty.sigma);
  std::vector<double> weights;
  for (const auto& node : nodes) weights.push_back(node.weight);
  const std::size_t attempts = difficulty.feedback == 0 ? 1 : std::max<std::size_t>(depth, 1);
  TaskTypes types(std::move(weights), first_try.size(), attempts);
  for (std::size_t k = 0; k < first_try.size(); ++k) {
    const double skill = skill_of(first_try[k], difficulty.sigma);
    for (std::size_t m = 0; m < attempts; ++m) {
      const double feedback = difficulty.feedback * static_cast<double>(m);
      for (std::size_t type = 0; type < nodes.size(); ++type) {
        // Without any difficulty the first-try rate is passed on as it is.
        const bool plain = difficulty.sigma == 0 && m == 0;
        types.at(m, k, type) =
            plain ? first_try[k] : logistic(skill - difficulty.sigma * nodes[type].x + feedback);
      }
    }
  }
  return types;
}

double TaskTypes::first_try(std::size_t k) const {
  double share = 0;
  const auto by_type = success(k, 0);
  for (std::size_t type = 0; type < size(); ++type) share += weights_[type] * by_type[type];
  return share;
}

}  // namespace turnout::game
