#include "turnout/numeric/normal_nodes.h"

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

}  // namespace turnout::numeric
