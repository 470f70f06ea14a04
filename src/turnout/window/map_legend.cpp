#include "turnout/window/map_legend.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/drawing/canvas.h"
#include "turnout/drawing/map_words.h"
#include "turnout/report/map_report.h"
#include "turnout/report/solution_report.h"

namespace turnout::window {
namespace {

using analysis::MapAnswer;
using landscape::Axis;
using landscape::RegionMap;
using landscape::Shown;
using nlohmann::ordered_json;

constexpr drawing::Colour kNoGame = {0.85, 0.85, 0.85};

/// "#ffd9a0"
std::string hex(const drawing::Colour& colour) {
  std::string text = "#";
  for (const double part : colour) text += fmt::format("{:02x}", std::lround(255 * part));
  return text;
}

ordered_json axis_json(const Axis& axis, std::size_t points, const MapAnswer& answer) {
  ordered_json json = {{"name", axis.name()},
                       {"words", drawing::axis_in_words(axis, answer)},
                       {"low", axis.low()},
                       {"high", axis.high()},
                       {"logarithmic", axis.is_logarithmic()},
                       {"points", points},
                       {"values", ordered_json::array()},
                       {"ticks", ordered_json::array()}};
  for (std::size_t i = 0; i < points; ++i) json["values"].push_back(axis.at_cell(i, points));
  for (const double tick : drawing::ticks(axis.low(), axis.high(), axis.is_logarithmic()))
    json["ticks"].push_back({{"value", tick}, {"share", axis.share_of(tick)}});
  return json;
}

ordered_json regions_json(const MapAnswer& answer) {
  ordered_json regions = ordered_json::array();
  for (const auto& [region, count] : landscape::region_counts(answer.map)) {
    const bool none = region == RegionMap::kNoGame;
    regions.push_back({{"cell", region},
                       {"name", report::region_name(answer, region)},
                       {"words", drawing::region_in_words(answer, region, false)},
                       {"plain_words", drawing::region_in_words(answer, region, true)},
                       {"colour", hex(none ? kNoGame : drawing::region_colour(region))},
                       {"points", count}});
  }
  return regions;
}

ordered_json scale_json(const RegionMap& map) {
  constexpr std::size_t kColours = 64;
  const landscape::ValueRange range = landscape::value_range(map);
  const bool any = range.low <= range.high;
  ordered_json scale = {{"low", any ? ordered_json(range.low) : ordered_json(nullptr)},
                        {"high", any ? ordered_json(range.high) : ordered_json(nullptr)},
                        {"colours", ordered_json::array()},
                        {"no_game", hex(kNoGame)}};
  for (std::size_t i = 0; i < kColours; ++i) {
    const double share = static_cast<double>(i) / (kColours - 1);
    scale["colours"].push_back(hex(drawing::scale_colour(share)));
  }
  return scale;
}

}  // namespace

base::Result<std::string> map_legend(const MapAnswer& answer) {
  const RegionMap& map = answer.map;
  const bool regions = map.shown == Shown::kPolicy;
  return report::to_text(
      {{"show", std::string(name_of(map.shown))},
       {"words", drawing::shown_in_words(map.shown)},
       {"subtitle", drawing::subtitle_of(answer)},
       {"width", map.width},
       {"height", map.height},
       {"cells", regions ? "uint8" : "float32"},
       {"x", axis_json(map.x(), map.width, answer)},
       {"y", axis_json(map.y(), map.height, answer)},
       {"scenario_at", answer.own ? ordered_json(*answer.own) : ordered_json(nullptr)},
       {"regions", regions ? regions_json(answer) : ordered_json::array()},
       {"scale", regions ? ordered_json(nullptr) : scale_json(map)},
       {"notes", answer.notes}});
}

}  // namespace turnout::window
