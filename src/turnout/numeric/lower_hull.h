#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace turnout::numeric {

/// A point with a label of the caller's.
struct LabelledPoint {
  double x = 0;
  double y = 0;
  std::size_t label = 0;
};

/// The lower convex hull of points in the plane: the greatest convex function that is nowhere above
/// them.
class LowerHull {
 public:
  /// Cost: n log n. Of points at the same place the one that comes first is kept.
  explicit LowerHull(std::vector<LabelledPoint> points);

  /// The vertices in order of x.
  [[nodiscard]] const std::vector<LabelledPoint>& vertices() const { return vertices_; }
  [[nodiscard]] bool empty() const { return vertices_.empty(); }
  /// @returns the hull's height at x, infinite outside its ends. A convex combination: nothing
  ///   cancels for y >= 0.
  [[nodiscard]] double at(double x) const;
  /// @returns the least height at any argument >= x, infinite if x lies to the right of the hull.
  [[nodiscard]] double least_from(double x) const;

 private:
  std::vector<LabelledPoint> vertices_;
};

}  // namespace turnout::numeric
