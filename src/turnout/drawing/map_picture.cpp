#include "turnout/drawing/map_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::drawing {
namespace {

using game::Route;
using landscape::RegionMap;
using landscape::Shown;
using landscape::ValueRange;
using report::MapReport;
using report::number;
using report::percent;

constexpr Point kCorner = {86, 44};
constexpr Point kPlot = {560, 440};
constexpr double kLine = 16;
constexpr double kText = 10.5;

std::string words_of(const MapReport& report, std::uint8_t route) {
  game::Candidate candidate;
  candidate.route = static_cast<Route>(route);
  const auto& names = report.scenario.names;
  switch (candidate.route) {  // shares differ from point to point
    case Route::kCascadeStay:
      return fmt::format("re-prompts go from {} to {} just often enough (s0) to make the user stay",
                         names[0], names[1]);
    case Route::kCascadePatience:
      return fmt::format("re-prompts go from {} to {} as often as the user bears (sL)", names[0],
                         names[1]);
    case Route::kCascadeMixed:
      return fmt::format("re-prompts go from {} to {} more often than the user bears; some leave",
                         names[0], names[1]);
    default:
      return report::in_words(candidate, report.scenario);
  }
}

/// Where in a region there is most room: the point furthest from its edge, in steps of the grid.
std::map<std::uint8_t, Point> roomiest_points(const RegionMap& map) {
  std::vector<int> room(map.routes.size(), 0);
  const auto at = [&](std::size_t i, std::size_t j) { return j * map.width + i; };
  const auto sweep = [&](std::size_t i, std::size_t j, std::ptrdiff_t back) {
    const auto column = static_cast<std::ptrdiff_t>(i);
    const auto row = static_cast<std::ptrdiff_t>(j);
    int least = std::numeric_limits<int>::max() - 1;
    for (const auto& [di, dj] : {std::pair{back, std::ptrdiff_t{0}},
                                 {std::ptrdiff_t{0}, back},
                                 {back, back},
                                 {-back, back}}) {
      const std::ptrdiff_t x = column + di;
      const std::ptrdiff_t y = row + dj;
      const bool inside = x >= 0 && y >= 0 && x < static_cast<std::ptrdiff_t>(map.width) &&
                          y < static_cast<std::ptrdiff_t>(map.height);
      const std::size_t neighbour =
          inside ? at(static_cast<std::size_t>(x), static_cast<std::size_t>(y)) : 0;
      least = std::min(
          least, inside && map.routes[neighbour] == map.routes[at(i, j)] ? room[neighbour] : 0);
    }
    return least + 1;
  };
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i) room[at(i, j)] = sweep(i, j, -1);
  }
  std::map<std::uint8_t, Point> best;
  std::map<std::uint8_t, int> most;
  for (std::size_t j = map.height; j-- > 0;) {
    for (std::size_t i = map.width; i-- > 0;) {
      room[at(i, j)] = std::min(room[at(i, j)], sweep(i, j, 1));
    }
  }
  const auto off_centre = [](const Point& p) { return std::hypot(p.x - 0.5, p.y - 0.5); };
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i) {
      const auto route = map.routes[at(i, j)];
      const Point here = {(static_cast<double>(i) + 0.5) / static_cast<double>(map.width),
                          (static_cast<double>(j) + 0.5) / static_cast<double>(map.height)};
      const int steps = room[at(i, j)];
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

void draw_values(Canvas& canvas, const MapReport& report, const ValueRange& range) {
  constexpr Colour kNothing = {0.85, 0.85, 0.85};
  const RegionMap& map = report.map;
  const double span = range.high > range.low ? range.high - range.low : 1;
  std::vector<std::uint32_t> pixels(map.values.size());
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i) {
      const std::size_t from = j * map.width + i;
      const Colour colour = map.routes[from] == RegionMap::kNoGame ? kNothing
                            : map.shown == Shown::kPolicy
                                ? region_colour(map.routes[from])
                                : scale_colour((map.values[from] - range.low) / span);
      pixels[(map.height - 1 - j) * map.width + i] = pixel(colour);
    }
  }
  canvas.image(kCorner, kPlot, pixels, map.width);
}

void draw_scale(Canvas& canvas, const std::string& name, const ValueRange& range) {
  constexpr double kWidth = 16;
  constexpr int kSteps = 128;
  const Point corner = {kCorner.x + kPlot.x + 24, kCorner.y};
  for (int i = 0; i < kSteps; ++i) {
    const double height = kPlot.y / kSteps;
    canvas.fill_rectangle({corner.x, corner.y + kPlot.y - (i + 1) * height}, {kWidth, height + 0.5},
                          scale_colour((i + 0.5) / kSteps));
  }
  canvas.frame(corner, {kWidth, kPlot.y});
  const double span = range.high > range.low ? range.high - range.low : 1;
  for (const double value : ticks(range.low, range.low + span, false)) {
    const double y = corner.y + kPlot.y * (1 - (value - range.low) / span);
    canvas.line({{corner.x + kWidth, y}, {corner.x + kWidth + 4, y}}, {0, 0, 0}, 1);
    canvas.text({corner.x + kWidth + 7, y + 3.5}, number(value), 10);
  }
  canvas.text({corner.x, corner.y - 8}, name, 11);
}

/// The legend's lines: a region's name, and what is said of it, in as many lines as it takes.
struct LegendEntry {
  std::uint8_t route = 0;
  std::string name;
  std::vector<std::string> lines;
};

std::vector<LegendEntry> legend_of(const MapReport& report) {
  constexpr std::size_t kColumns = 78;
  std::vector<LegendEntry> entries;
  if (report.map.shown != Shown::kPolicy) return entries;
  for (const auto& [route, count] : landscape::region_counts(report.map)) {
    const bool none = route == RegionMap::kNoGame;
    const std::string share =
        percent(static_cast<double>(count) / static_cast<double>(report.map.routes.size()));
    const std::string words = report::wrapped(
        share + "  " + (none ? "a parameter is out of its range" : words_of(report, route)),
        kColumns, 0);
    LegendEntry& entry = entries.emplace_back(
        LegendEntry{route, none ? "no game" : to_string(static_cast<Route>(route)), {}});
    for (std::size_t at = 0; at < words.size();) {
      const std::size_t end = std::min(words.find('\n', at), words.size());
      entry.lines.push_back(words.substr(at, end - at));
      at = end + 1;
    }
  }
  return entries;
}

double legend_height(const MapReport& report) {
  double lines = 2;
  for (const auto& entry : legend_of(report)) lines += static_cast<double>(entry.lines.size());
  return kLine * lines;
}

void draw_legend(Canvas& canvas, const MapReport& report) {
  double y = kCorner.y + kPlot.y + 62;
  const double x = kCorner.x - 40;
  for (const auto& [route, name, lines] : legend_of(report)) {
    canvas.fill_rectangle(
        {x, y - 10}, {14, 12},
        route == RegionMap::kNoGame ? Colour{0.85, 0.85, 0.85} : region_colour(route));
    canvas.frame({x, y - 10}, {14, 12});
    canvas.text({x + 22, y}, name, kText, Anchor::kLeft, false, true);
    for (const auto& line : lines) {
      canvas.text({x + 108, y}, line, kText);
      y += kLine;
    }
  }
  canvas.cross({x + 7, y - 4}, 4);
  canvas.text(
      {x + 22, y},
      fmt::format("the scenario itself{}", report.map.shown == Shown::kPolicy
                                               ? ""
                                               : "; lines: where the provider's policy changes"),
      kText);
}

std::string value_name(Shown shown) { return std::string(name_of(shown)); }

}  // namespace

Point map_picture_size(const MapReport& report) {
  return {kCorner.x + kPlot.x + (report.map.shown == Shown::kPolicy ? 40 : 110),
          kCorner.y + kPlot.y + 62 + legend_height(report)};
}

void draw_map(Canvas& canvas, const MapReport& report) {
  const RegionMap& map = report.map;
  const ValueRange range = landscape::value_range(map);
  const PlotArea area(kCorner, kPlot,
                      {map.x.name(), map.x.low(), map.x.high(), map.x.is_logarithmic()},
                      {map.y.name(), map.y.low(), map.y.high(), map.y.is_logarithmic()});
  canvas.text({kCorner.x, 24},
              fmt::format("{}: {} and {}",
                          map.shown == Shown::kPolicy ? "the provider's optimal policy"
                                                      : value_name(map.shown),
                          report.scenario.names[0], report.scenario.names[1]),
              13, Anchor::kLeft, false, true);
  draw_values(canvas, report, range);
  const auto numbers = landscape::numbers_of(report.scenario.game);
  canvas.clipped(kCorner, kPlot, [&] {
    std::vector<std::array<Point, 2>> pieces;
    for (const auto& piece : report.boundaries) {
      pieces.push_back(
          {area.at_shares(piece.from[0], piece.from[1]), area.at_shares(piece.to[0], piece.to[1])});
    }
    canvas.segments(pieces, {0, 0, 0}, map.shown == Shown::kPolicy ? 1.6 : 2.4);
    if (map.shown != Shown::kPolicy)
      canvas.segments(pieces, {1, 1, 1}, 1);  // seen on dark and on light
    if (map.shown == Shown::kPolicy) {
      for (const auto& [route, at] : roomiest_points(map)) {
        const Point middle = area.at_shares(at.x, at.y);
        canvas.text({middle.x, middle.y + 4}, to_string(static_cast<Route>(route)), 11,
                    Anchor::kMiddle, false, true);
      }
    }
    canvas.cross(area.at_shares(map.x.share_of(map.x.measure().value_in(numbers)),
                                map.y.share_of(map.y.measure().value_in(numbers))),
                 6);
  });
  area.draw_axes(canvas);
  if (map.shown != Shown::kPolicy) draw_scale(canvas, value_name(map.shown), range);
  draw_legend(canvas, report);
}

}  // namespace turnout::drawing
