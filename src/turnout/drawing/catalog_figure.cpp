#include "turnout/drawing/catalog_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace turnout::drawing {
namespace {

constexpr double kLabel = 9;
// Of a letter on average: places are found without the font's own measures, so that a picture is
// the same wherever it is drawn.
constexpr double kLetter = 0.6 * kLabel;
constexpr double kDot = 4.5;

struct Place {
  double cost, latency;
  const std::string* name;
  bool unbeaten = true;
};

std::vector<Place> places_of(const std::vector<scenario::CatalogModel>& models) {
  std::vector<Place> places;
  for (const auto& [name, model] : models) {
    if (model.cost > 0 && model.latency > 0)
      places.push_back({model.cost / model.success, model.latency / model.success, &name});
  }
  for (Place& one : places) {
    one.unbeaten = std::none_of(places.begin(), places.end(), [&](const Place& other) {
      return other.cost <= one.cost && other.latency <= one.latency &&
             (other.cost < one.cost || other.latency < one.latency);
    });
  }
  return places;
}

PlotArea::Side side_of(const std::vector<Place>& places, double Place::*number, const char* name) {
  PlotArea::Side side{name, 1, 1, true};
  if (places.empty()) return side;
  const auto less = [&](const Place& a, const Place& b) { return a.*number < b.*number; };
  const auto [low, high] = std::minmax_element(places.begin(), places.end(), less);
  side.low = (*low).*number / 1.8;
  side.high = (*high).*number * 1.8;
  return side;
}

bool overlap(const Box& a, const Box& b) {
  return a.corner.x < b.corner.x + b.size.x && b.corner.x < a.corner.x + a.size.x &&
         a.corner.y < b.corner.y + b.size.y && b.corner.y < a.corner.y + a.size.y;
}

bool inside(const Box& box, const Box& within) {
  return box.corner.x >= within.corner.x && box.corner.y >= within.corner.y &&
         box.corner.x + box.size.x <= within.corner.x + within.size.x &&
         box.corner.y + box.size.y <= within.corner.y + within.size.y;
}

/// The point of a box that is nearest to a point.
Point nearest(const Box& box, Point to) {
  return {std::clamp(to.x, box.corner.x, box.corner.x + box.size.x),
          std::clamp(to.y, box.corner.y, box.corner.y + box.size.y)};
}

/// Whether the line from a point to its label runs over a box.
bool crosses(Point from, Point to, const Box& box) {
  constexpr int kParts = 24;
  for (int i = 0; i <= kParts; ++i) {
    const double share = static_cast<double>(i) / kParts;
    const Point at = {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)};
    if (overlap(box, {at, {0.1, 0.1}})) return true;
  }
  return false;
}

/// Boxes of one size around a point, the nearest first.
std::vector<Box> boxes_around(Point point, Point size) {
  constexpr std::array<Point, 12> kDirections = {{{1, 0},
                                                  {-1, 0},
                                                  {0, -1},
                                                  {0, 1},
                                                  {1, -1},
                                                  {1, 1},
                                                  {-1, -1},
                                                  {-1, 1},
                                                  {0.5, -1},
                                                  {0.5, 1},
                                                  {-0.5, -1},
                                                  {-0.5, 1}}};
  std::vector<Box> boxes;
  for (int ring = 0; ring < 24; ++ring) {
    const double distance = 7 + 6 * ring;
    for (const auto& [x, y] : kDirections) {
      const Point middle = {point.x + x * (distance + size.x / 2),
                            point.y + y * (distance + size.y / 2)};
      boxes.push_back({{middle.x - size.x / 2, middle.y - size.y / 2}, size});
    }
  }
  return boxes;
}

void draw_labels(Canvas& canvas, const PlotArea& area, const std::vector<Place>& places) {
  std::vector<Point> dots;
  std::vector<Point> points;
  std::vector<Point> sizes;
  std::vector<const std::string*> names;
  for (const Place& one : places) {
    dots.push_back(area.at(one.cost, one.latency));
    if (!one.unbeaten) continue;
    points.push_back(dots.back());
    sizes.push_back({kLetter * static_cast<double>(one.name->size()) + 4, kLabel + 4});
    names.push_back(one.name);
  }
  const Box within = {{area.corner().x + 3, area.corner().y + 3},
                      {area.size().x - 6, area.size().y - 6}};
  const auto boxes = place_labels(points, sizes, dots, within);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto& [corner, size] = boxes[i];
    const Point end = nearest(boxes[i], points[i]);
    if (std::hypot(end.x - points[i].x, end.y - points[i].y) > kDot + 4)
      canvas.line({points[i], end}, {0.35, 0.35, 0.35}, 0.7);
    const double y = corner.y + size.y - 4;
    if (corner.x > points[i].x) {
      canvas.text({corner.x + 2, y}, *names[i], kLabel);
    } else if (corner.x + size.x < points[i].x) {
      canvas.text({corner.x + size.x - 2, y}, *names[i], kLabel, Anchor::kRight);
    } else {
      canvas.text({corner.x + size.x / 2, y}, *names[i], kLabel, Anchor::kMiddle);
    }
  }
}

}  // namespace

std::vector<Box> place_labels(const std::vector<Point>& points, const std::vector<Point>& sizes,
                              const std::vector<Point>& dots, const Box& within) {
  std::vector<Box> taken;
  const auto is_free = [&](const Box& box) {
    return inside(box, within) &&
           std::none_of(taken.begin(), taken.end(),
                        [&](const Box& other) { return overlap(box, other); }) &&
           std::none_of(dots.begin(), dots.end(), [&](Point dot) {
             return overlap(box, {{dot.x - kDot, dot.y - kDot}, {2 * kDot, 2 * kDot}});
           });
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<Box> free = boxes_around(points[i], sizes[i]);
    const Box last = free.back();
    std::erase_if(free, [&](const Box& box) { return !is_free(box); });
    const auto clear = std::find_if(free.begin(), free.end(), [&](const Box& box) {
      const Point end = nearest(box, points[i]);
      return std::none_of(taken.begin(), taken.end(),
                          [&](const Box& other) { return crosses(points[i], end, other); });
    });
    taken.push_back(clear != free.end() ? *clear : free.empty() ? last : free.front());
  }
  return taken;
}

void draw_catalog(Canvas& canvas, const std::vector<scenario::CatalogModel>& models,
                  const std::string& source) {
  const std::vector<Place> places = places_of(models);
  const PlotArea area({80, 56}, {590, 350},
                      side_of(places, &Place::cost, "c/p, dollars that a solved task costs"),
                      side_of(places, &Place::latency, "t/p, seconds that a solved task takes"));
  canvas.text(
      {80, 22},
      fmt::format("{} models by what a solved task costs and how long it takes", places.size()), 13,
      Anchor::kLeft, false, true);
  canvas.text({80, 42}, source, 10.5);
  for (const bool unbeaten : {false, true}) {
    for (const Place& one : places) {
      if (one.unbeaten != unbeaten) continue;
      canvas.dot(area.at(one.cost, one.latency), unbeaten ? kDot : 3,
                 unbeaten ? Colour{0.90, 0.60, 0.10} : Colour{0.60, 0.78, 0.92});
    }
  }
  draw_labels(canvas, area, places);
  area.draw_axes(canvas);
  canvas.dot({86, 464}, kDot, {0.90, 0.60, 0.10});
  canvas.text({96, 468}, "no other model is both cheaper and quicker", 10.5);
  canvas.dot({356, 464}, 3, {0.60, 0.78, 0.92});
  canvas.text({364, 468}, "the others", 10.5);
}

}  // namespace turnout::drawing
