#include "turnout/drawing/catalog_figure.h"

#include <gtest/gtest.h>

#include <cmath>

namespace turnout::drawing {
namespace {

bool overlap(const Box& a, const Box& b) {
  return a.corner.x < b.corner.x + b.size.x && b.corner.x < a.corner.x + a.size.x &&
         a.corner.y < b.corner.y + b.size.y && b.corner.y < a.corner.y + a.size.y;
}

TEST(Labels, of_points_close_together_overlap_neither_each_other_nor_a_point) {
  const Box within = {{0, 0}, {600, 400}};
  std::vector<Point> points;
  for (int i = 0; i < 12; ++i)
    points.push_back({300 + 9.0 * (i % 4), 200 + 8.0 * static_cast<double>(i / 4)});
  const std::vector<Point> sizes(points.size(), {90, 13});
  const auto boxes = place_labels(points, sizes, points, within);
  ASSERT_EQ(boxes.size(), points.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    EXPECT_GE(boxes[i].corner.x, 0);
    EXPECT_LE(boxes[i].corner.x + 90, 600);
    EXPECT_GE(boxes[i].corner.y, 0);
    EXPECT_LE(boxes[i].corner.y + 13, 400);
    for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(overlap(boxes[i], boxes[k])) << i << " " << k;
    for (const Point& point : points)
      EXPECT_FALSE(overlap(boxes[i], {{point.x - 2, point.y - 2}, {4, 4}})) << i;
  }
}

TEST(Labels, of_a_point_alone_is_beside_it_and_stays_within) {
  const Box within = {{0, 0}, {200, 100}};
  const auto boxes = place_labels({{20, 50}, {190, 50}}, {{80, 13}, {80, 13}}, {}, within);
  EXPECT_NEAR(boxes[0].corner.x, 27, 1e-9);
  EXPECT_NEAR(boxes[1].corner.x + 80, 183, 1e-9) << "to the left where the right has no room";
}

}  // namespace
}  // namespace turnout::drawing
