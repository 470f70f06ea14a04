#include "turnout/drawing/map_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "turnout/drawing/map_words.h"
#include "turnout/report/map_report.h"
#include "turnout/report/table.h"

namespace turnout::drawing {
namespace {

using analysis::MapAnswer;
using landscape::Axis;
using landscape::RegionMap;
using landscape::Shown;
using landscape::ValueRange;
using report::number;
using report::percent;

constexpr Point kCorner = {86, 60};
constexpr double kLine = 16;
constexpr double kText = 10.5;

/// Steps that the neighbours of a point on one side of it are from the edge of its region, and one.
int room_beside(const RegionMap& map, const std::vector<int>& room, std::size_t i, std::size_t j,
                std::ptrdiff_t back) {
  const auto width = static_cast<std::ptrdiff_t>(map.width);
  const auto height = static_cast<std::ptrdiff_t>(map.height);
  int least = std::numeric_limits<int>::max() - 1;
  for (const auto& [di, dj] : {std::pair{back, std::ptrdiff_t{0}},
                               {std::ptrdiff_t{0}, back},
                               {back, back},
                               {-back, back}}) {
    const std::ptrdiff_t x = static_cast<std::ptrdiff_t>(i) + di;
    const std::ptrdiff_t y = static_cast<std::ptrdiff_t>(j) + dj;
    if (x < 0 || y < 0 || x >= width || y >= height) return 1;
    const auto beside = static_cast<std::size_t>(y * width + x);
    if (map.routes[beside] != map.routes[j * map.width + i]) return 1;
    least = std::min(least, room[beside]);
  }
  return least + 1;
}

/// How many steps of the grid each point is from the edge of its region.
std::vector<int> steps_to_edge(const RegionMap& map) {
  std::vector<int> room(map.routes.size(), 0);
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i)
      room[j * map.width + i] = room_beside(map, room, i, j, -1);
  }
  for (std::size_t j = map.height; j-- > 0;) {
    for (std::size_t i = map.width; i-- > 0;) {
      int& here = room[j * map.width + i];
      here = std::min(here, room_beside(map, room, i, j, 1));
    }
  }
  return room;
}

/// Where in a region there is most room: the point furthest from its edge, nearest to the map's
/// middle among several.
std::map<std::uint8_t, Point> roomiest_points(const RegionMap& map) {
  const std::vector<int> room = steps_to_edge(map);
  std::map<std::uint8_t, Point> best;
  std::map<std::uint8_t, int> most;
  const auto off_centre = [](const Point& p) { return std::hypot(p.x - 0.5, p.y - 0.5); };
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i) {
      const auto route = map.routes[j * map.width + i];
      const Point here = {(static_cast<double>(i) + 0.5) / static_cast<double>(map.width),
                          (static_cast<double>(j) + 0.5) / static_cast<double>(map.height)};
      const int steps = room[j * map.width + i];
      if (steps < most[route] ||
          (steps == most[route] && off_centre(here) >= off_centre(best[route])))
        continue;
      most[route] = steps;
      best[route] = here;
    }
  }
  for (const auto& [route, steps] : most) {  // no room for a name
    if (static_cast<double>(steps) < 0.02 * static_cast<double>(map.width)) best.erase(route);
  }
  best.erase(RegionMap::kNoGame);
  return best;
}

std::uint32_t pixel(const Colour& colour) {
  std::uint32_t packed = 0;
  for (const double part : colour)
    packed = packed << 8U | static_cast<std::uint32_t>(std::lround(255 * part));
  return packed;
}

void draw_values(Canvas& canvas, const MapAnswer& answer, const ValueRange& range, Point plot) {
  constexpr Colour kNothing = {0.85, 0.85, 0.85};
  const RegionMap& map = answer.map;
  const double span = range.high > range.low ? range.high - range.low : 1;
  std::vector<std::uint32_t> pixels(map.values.size());
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i) {
      const std::size_t from = j * map.width + i;
      const Colour colour = std::isnan(map.values[from]) ? kNothing
                            : map.shown == Shown::kPolicy
                                ? region_colour(map.routes[from])
                                : scale_colour((map.values[from] - range.low) / span);
      pixels[(map.height - 1 - j) * map.width + i] = pixel(colour);
    }
  }
  canvas.image(kCorner, plot, pixels, map.width);
}

void draw_scale(Canvas& canvas, const ValueRange& range, Point plot) {
  constexpr double kWidth = 16;
  constexpr int kSteps = 128;
  const Point corner = {kCorner.x + plot.x + 24, kCorner.y};
  for (int i = 0; i < kSteps; ++i) {
    const double height = plot.y / kSteps;
    canvas.fill_rectangle({corner.x, corner.y + plot.y - (i + 1) * height}, {kWidth, height + 0.5},
                          scale_colour((i + 0.5) / kSteps));
  }
  canvas.frame(corner, {kWidth, plot.y});
  const double span = range.high > range.low ? range.high - range.low : 1;
  for (const double value : ticks(range.low, range.low + span, false)) {
    const double y = corner.y + plot.y * (1 - (value - range.low) / span);
    canvas.line({{corner.x + kWidth, y}, {corner.x + kWidth + 4, y}}, {0, 0, 0}, 1);
    canvas.text({corner.x + kWidth + 7, y + 3.5}, number(value), 10);
  }
}

/// The legend's lines: a region's name, and what is said of it, in as many lines as it takes.
struct LegendEntry {
  std::uint8_t route = 0;
  std::string name;
  std::vector<std::string> lines;
};

/// Whether the legend gives regions their names besides what is said of them: (i, s) of two models.
bool has_named_legend(const MapAnswer& answer, const MapWords& words) {
  return !words.plain && answer.map.ways.empty();
}

std::vector<LegendEntry> legend_of(const MapAnswer& answer, const MapWords& words) {
  std::vector<LegendEntry> entries;
  if (answer.map.shown != Shown::kPolicy) return entries;
  const bool named = has_named_legend(answer, words);
  const double columns = (words.plot.x + (named ? -40 : 46)) / 5.75;  // of letters so wide
  for (const auto& [route, count] : landscape::region_counts(answer.map)) {
    const double share = static_cast<double>(count) / static_cast<double>(answer.map.routes.size());
    const std::string said = region_in_words(answer, route, words.plain);
    const std::string text =
        report::wrapped(words.plain ? said : fmt::format("{}: {}", percent(share), said),
                        static_cast<std::size_t>(columns), 0);
    LegendEntry& entry =
        entries.emplace_back(LegendEntry{route, report::region_name(answer, route), {}});
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      entry.lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  return entries;
}

double legend_height(const MapAnswer& answer, const MapWords& words) {
  double lines = 2;
  for (const auto& entry : legend_of(answer, words))
    lines += static_cast<double>(entry.lines.size());
  return kLine * lines;
}

void draw_legend(Canvas& canvas, const MapAnswer& answer, const MapWords& map_words) {
  const bool named = has_named_legend(answer, map_words);
  double y = kCorner.y + map_words.plot.y + 62;
  const double x = kCorner.x - 40;
  for (const auto& [route, name, lines] : legend_of(answer, map_words)) {
    canvas.fill_rectangle(
        {x, y - 10}, {14, 12},
        route == RegionMap::kNoGame ? Colour{0.85, 0.85, 0.85} : region_colour(route));
    canvas.frame({x, y - 10}, {14, 12});
    if (named) canvas.text({x + 22, y}, name, kText, Anchor::kLeft, false, true);
    for (const auto& line : lines) {
      canvas.text({x + (named ? 108 : 22), y}, line, kText);
      y += kLine;
    }
  }
  const std::string lines = lines_in_words(answer);
  if (answer.own) canvas.cross({x + 7, y - 4}, 4);
  std::string words;
  if (answer.own) {
    words = !map_words.own.empty()        ? map_words.own
            : answer.map.axes.is_played() ? "the scenario itself, at its optimum"
                                          : "the scenario itself";
  }
  if (!words.empty() && !lines.empty()) words += "; ";
  canvas.text({x + 22, y}, words + lines, kText);
}

void draw_boundaries(Canvas& canvas, const MapAnswer& answer, const PlotArea& area) {
  const bool regions = answer.map.shown == Shown::kPolicy;
  std::vector<std::array<Point, 2>> pieces;
  for (const auto& piece : answer.boundaries) {
    pieces.push_back(
        {area.at_shares(piece.from[0], piece.from[1]), area.at_shares(piece.to[0], piece.to[1])});
  }
  canvas.segments(pieces, {0, 0, 0}, regions ? 1.6 : 2.4);
  if (!regions) canvas.segments(pieces, {1, 1, 1}, 1);  // seen on dark and on light
}

/// They may run along the frame, so that they are drawn over it.
void draw_curves(Canvas& canvas, const MapAnswer& answer, const PlotArea& area) {
  for (const auto& [colour, width] : {std::pair{Colour{0, 0, 0}, 4.5}, {Colour{1, 1, 1}, 2.2}}) {
    for (const auto& curve : answer.curves) {
      std::vector<Point> points;
      for (const auto& [at_x, at_y] : curve.points) points.push_back(area.at(at_x, at_y));
      canvas.line(points, colour, width);
    }
  }
}

/// Writes each curve's name on a light ground where it is nearest to half of the map's height.
void name_curves(Canvas& canvas, const MapAnswer& answer, const PlotArea& area) {
  const double half = area.at_shares(0, 0.5).y;
  const Point low = area.at_shares(0, 1);
  const Point high = area.at_shares(1, 0);
  for (const auto& curve : answer.curves) {
    const auto off = [&](const std::array<double, 2>& p) {
      return std::abs(area.at(p[0], p[1]).y - half);
    };
    auto best = curve.points.begin() + static_cast<std::ptrdiff_t>(curve.points.size() / 2);
    for (auto at = curve.points.begin(); at != curve.points.end(); ++at) {
      if (off(*at) < off(*best) - 1) best = at;
    }
    Point at = area.at((*best)[0], (*best)[1]);
    at.x = std::clamp(at.x + 24, low.x + 20, high.x - 20);
    at.y = std::clamp(at.y, low.y + 24, high.y - 16);
    canvas.fill_rectangle({at.x - 13, at.y - 10}, {26, 14}, {1, 1, 1});
    canvas.text(at, curve.name, 11, Anchor::kMiddle, false, true);
  }
}

void name_regions(Canvas& canvas, const MapAnswer& answer, const PlotArea& area, bool plain) {
  if (answer.map.shown != Shown::kPolicy) return;
  for (const auto& [route, at] : roomiest_points(answer.map)) {
    const auto lines = name_of_region(answer, route, plain);
    const Point middle = area.at_shares(at.x, at.y);
    double y = middle.y + 4 - 7 * static_cast<double>(lines.size() - 1);
    for (const auto& line : lines) {
      canvas.text({middle.x, y}, line, 11, Anchor::kMiddle, false, true);
      y += 14;
    }
  }
}

PlotArea area_of(const MapAnswer& answer, const MapWords& words) {
  const auto side = [&](const Axis& axis, const std::string& name) {
    return PlotArea::Side{name.empty() ? axis_in_words(axis, answer) : name, axis.low(),
                          axis.high(), axis.is_logarithmic()};
  };
  return {kCorner, words.plot, side(answer.map.x(), words.x), side(answer.map.y(), words.y)};
}

/// The scenario's own point, if it is within the map.
void draw_own(Canvas& canvas, const MapAnswer& answer, const PlotArea& area) {
  if (!answer.own) return;
  const auto within = [](const Axis& axis, double value) {
    return value >= axis.low() && value <= axis.high();
  };
  const auto& [x, y] = *answer.own;
  if (within(answer.map.x(), x) && within(answer.map.y(), y)) canvas.cross(area.at(x, y), 6);
}

}  // namespace

Point map_picture_size(const MapAnswer& answer, const MapWords& words) {
  return {kCorner.x + words.plot.x + (answer.map.shown == Shown::kPolicy ? 40 : 110),
          kCorner.y + words.plot.y + 62 + legend_height(answer, words)};
}

void draw_map(Canvas& canvas, const MapAnswer& answer, const MapWords& words) {
  const RegionMap& map = answer.map;
  const ValueRange range = landscape::value_range(map);
  const PlotArea area = area_of(answer, words);
  canvas.text({kCorner.x, 24}, words.title.empty() ? shown_in_words(map.shown) : words.title, 13,
              Anchor::kLeft, false, true);
  canvas.text({kCorner.x, 44}, words.subtitle.empty() ? subtitle_of(answer) : words.subtitle,
              kText);
  draw_values(canvas, answer, range, words.plot);
  canvas.clipped(kCorner, words.plot, [&] {
    draw_boundaries(canvas, answer, area);
    name_regions(canvas, answer, area, words.plain);
  });
  area.draw_axes(canvas);
  draw_curves(canvas, answer, area);
  name_curves(canvas, answer, area);
  draw_own(canvas, answer, area);
  if (map.shown != Shown::kPolicy) draw_scale(canvas, range, words.plot);
  draw_legend(canvas, answer, words);
}

}  // namespace turnout::drawing
