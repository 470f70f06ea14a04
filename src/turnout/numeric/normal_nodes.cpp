#include "turnout/numeric/normal_nodes.h"

#include <algorithm>
#include <cmath>

namespace turnout::numeric {

std::vector<WeightedNode> normal_nodes(double step) {
  constexpr double kReach = 8.5;  // beyond it lies a share of 2e-17
  const auto side = static_cast<long>(std::ceil(kReach / step));
  std::vector<WeightedNode> nodes;
  double total = 0;
  for (long i = -side; i <= side; ++i) {
    const double x = static_cast<double>(i) * step;
    nodes.push_back({x, std::exp(-x * x / 2)});
    total += nodes.back().weight;
  }
  for (WeightedNode& node : nodes) node.weight /= total;
  return nodes;
}

std::vector<WeightedNode> logistic_nodes(double spread) {
  if (spread == 0) return {{0, 1}};
  constexpr double kStep = 0.25;
  constexpr double kSmallest = 0.05;
  constexpr double kWideEnough = 2.6;
  return normal_nodes(std::max(kSmallest, kStep * std::min(1.0, kWideEnough / spread)));
}

}  // namespace turnout::numeric
