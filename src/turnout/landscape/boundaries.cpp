#include "turnout/landscape/boundaries.h"

namespace turnout::landscape {
namespace {

using Point = std::array<double, 2>;

/// The lines through one cell after the other.
class Tracer {
 public:
  Tracer(const RegionAt& region_at, std::size_t steps) : region_at_(region_at), steps_(steps) {}

  std::vector<BoundaryPiece> trace(const base::Cancellation& cancellation) {
    std::vector<std::uint8_t> corners((steps_ + 1) * (steps_ + 1));
    for (std::size_t j = 0; j <= steps_; ++j) {
      for (std::size_t i = 0; i <= steps_; ++i)
        corners[j * (steps_ + 1) + i] = region_at(corner(i, j));
    }
    std::vector<BoundaryPiece> pieces;
    for (std::size_t j = 0; j < steps_ && !cancellation.requested(); ++j) {
      for (std::size_t i = 0; i < steps_; ++i) {
        const auto at = [&](std::size_t di, std::size_t dj) {
          return corners[(j + dj) * (steps_ + 1) + i + di];
        };
        cell({corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)},
             {at(0, 0), at(1, 0), at(1, 1), at(0, 1)}, pieces);
      }
    }
    return pieces;
  }

 private:
  [[nodiscard]] Point corner(std::size_t i, std::size_t j) const {
    return {static_cast<double>(i) / static_cast<double>(steps_),
            static_cast<double>(j) / static_cast<double>(steps_)};
  }

  [[nodiscard]] std::uint8_t region_at(const Point& point) const {
    return region_at_(point[0], point[1]);
  }

  /// The point between a and b at which the region of a ends.
  [[nodiscard]] Point crossing(Point a, Point b, std::uint8_t region_a) const {
    constexpr int kHalvings = 40;
    for (int i = 0; i < kHalvings; ++i) {
      const Point middle = {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2};
      (region_at(middle) == region_a ? a : b) = middle;
    }
    return {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2};
  }

  struct Crossing {
    Point at;
    std::uint8_t before, behind;
  };

  void cell(const std::array<Point, 4>& corners, const std::array<std::uint8_t, 4>& regions,
            std::vector<BoundaryPiece>& pieces) const {
    std::vector<Crossing> found;
    for (std::size_t side = 0; side < 4; ++side) {
      const std::size_t next = (side + 1) % 4;
      if (regions.at(side) == regions.at(next)) continue;
      found.push_back({crossing(corners.at(side), corners.at(next), regions.at(side)),
                       regions.at(side), regions.at(next)});
    }
    if (found.size() == 2) {
      pieces.push_back({found[0].at, found[1].at, found[0].before, found[0].behind});
      return;
    }
    Point middle{};
    for (const auto& one : found) {
      for (std::size_t k = 0; k < 2; ++k)
        middle.at(k) += one.at.at(k) / static_cast<double>(found.size());
    }
    for (const auto& one : found) pieces.push_back({one.at, middle, one.before, one.behind});
  }

  const RegionAt& region_at_;
  std::size_t steps_;
};

}  // namespace

std::vector<BoundaryPiece> lines_between(const RegionAt& region_at, std::size_t steps,
                                         const base::Cancellation& cancellation) {
  return Tracer(region_at, steps).trace(cancellation);
}

}  // namespace turnout::landscape
