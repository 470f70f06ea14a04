#include "turnout/numeric/lower_hull.h"

#include <algorithm>
#include <utility>

namespace turnout::numeric {
namespace {

/// Whether b lies on or above the line from a to c; by slopes, whose quotients do not overflow
/// where products would.
bool is_no_vertex(const LabelledPoint& a, const LabelledPoint& b, const LabelledPoint& c) {
  return (b.y - a.y) / (b.x - a.x) >= (c.y - a.y) / (c.x - a.x);
}

}  // namespace

LowerHull::LowerHull(std::vector<LabelledPoint> points) {
  std::stable_sort(points.begin(), points.end(),
                   [](const LabelledPoint& a, const LabelledPoint& b) {
                     return a.x < b.x || (a.x == b.x && a.y < b.y);
                   });
  for (const LabelledPoint& point : points) {
    if (!vertices_.empty() && vertices_.back().x == point.x) continue;
    while (vertices_.size() >= 2 && is_no_vertex(*(vertices_.end() - 2), vertices_.back(), point))
      vertices_.pop_back();
    vertices_.push_back(point);
  }
}

double LowerHull::at(double x) const {
  if (empty() || x < vertices_.front().x || x > vertices_.back().x)
    return std::numeric_limits<double>::infinity();
  const auto right =
      std::lower_bound(vertices_.begin(), vertices_.end(), x,
                       [](const LabelledPoint& v, double value) { return v.x < value; });
  if (right->x == x) return right->y;
  const auto left = right - 1;
  const double share = (right->x - x) / (right->x - left->x);
  return share * left->y + (1 - share) * right->y;
}

double LowerHull::least_from(double x) const {
  if (empty() || x > vertices_.back().x) return std::numeric_limits<double>::infinity();
  const auto lowest =
      std::min_element(vertices_.begin(), vertices_.end(),
                       [](const LabelledPoint& a, const LabelledPoint& b) { return a.y < b.y; });
  return x <= lowest->x ? lowest->y : at(x);
}

}  // namespace turnout::numeric
