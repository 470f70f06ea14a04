#include "turnout/report/map_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "turnout/base/npy.h"
#include "turnout/base/number_text.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using game::Route;
using landscape::RegionMap;
using landscape::Shown;
using nlohmann::ordered_json;

std::string value_name(Shown shown) { return std::string(name_of(shown)); }

}  // namespace

std::string map_csv(const MapReport& report) {
  const RegionMap& map = report.map;
  const bool has_value = map.shown != Shown::kPolicy;
  std::string text = fmt::format("{},{},route", map.x.name(), map.y.name());
  if (has_value) text += fmt::format(",{}", value_name(map.shown));
  text += '\n';
  std::array<char, base::kNumberRoom> digits{};
  const auto put = [&](double value) {
    text.append(digits.data(), base::write_number(digits.data(), value + 0.0));
  };
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i) {
      const std::size_t from = j * map.width + i;
      put(map.x.at((static_cast<double>(i) + 0.5) / static_cast<double>(map.width)));
      text += ',';
      put(map.y.at((static_cast<double>(j) + 0.5) / static_cast<double>(map.height)));
      const bool is_game = map.routes[from] != RegionMap::kNoGame;
      text +=
          is_game ? fmt::format(",\"{}\"", to_string(static_cast<Route>(map.routes[from]))) : ",";
      if (has_value) text += ',';
      if (has_value && is_game) put(map.values[from]);
      text += '\n';
    }
  }
  return text;
}

std::string map_npy(const MapReport& report) {
  const std::array<std::size_t, 2> shape = {report.map.height, report.map.width};
  std::string bytes = base::npy_header(shape);
  bytes.append(reinterpret_cast<const char*>(report.map.values.data()),
               report.map.values.size() * sizeof(double));  // NOLINT
  return bytes;
}

ordered_json map_json(const MapReport& report) {
  const RegionMap& map = report.map;
  const auto axis = [](const landscape::Axis& a) {
    return ordered_json{{"name", a.name()},
                        {"low", a.low()},
                        {"high", a.high()},
                        {"logarithmic", a.is_logarithmic()}};
  };
  ordered_json routes = ordered_json::array();
  ordered_json values = ordered_json::array();
  for (std::size_t j = 0; j < map.height; ++j) {
    ordered_json route_row = ordered_json::array();
    ordered_json value_row = ordered_json::array();
    for (std::size_t i = 0; i < map.width; ++i) {
      const std::size_t from = j * map.width + i;
      const bool is_game = map.routes[from] != RegionMap::kNoGame;
      route_row.push_back(is_game ? ordered_json(to_string(static_cast<Route>(map.routes[from])))
                                  : ordered_json(nullptr));
      value_row.push_back(is_game ? ordered_json(map.values[from] + 0.0) : ordered_json(nullptr));
    }
    routes.push_back(std::move(route_row));
    values.push_back(std::move(value_row));
  }
  ordered_json boundaries = ordered_json::array();
  const auto route_name = [](std::uint8_t route) {
    return route == RegionMap::kNoGame ? ordered_json(nullptr)
                                       : ordered_json(to_string(static_cast<Route>(route)));
  };
  for (const auto& piece : report.boundaries) {
    boundaries.push_back({{"from", {map.x.at(piece.from[0]), map.y.at(piece.from[1])}},
                          {"to", {map.x.at(piece.to[0]), map.y.at(piece.to[1])}},
                          {"between", {route_name(piece.one_side), route_name(piece.other_side)}}});
  }
  ordered_json json = game_json(report.scenario);
  json["x"] = axis(map.x);
  json["y"] = axis(map.y);
  json["show"] = value_name(map.shown);
  json["routes"] = std::move(routes);
  if (map.shown != Shown::kPolicy) json["values"] = std::move(values);
  json["boundaries"] = std::move(boundaries);
  return json;
}

std::string map_text(const MapReport& report) {
  Table table({"region", "share of the map", "points"});
  for (const auto& [route, count] : landscape::region_counts(report.map)) {
    table.add({route == RegionMap::kNoGame ? "no game" : to_string(static_cast<Route>(route)),
               percent(static_cast<double>(count) / static_cast<double>(report.map.routes.size())),
               fmt::format("{}", count)});
  }
  std::string text = table.to_string();
  if (report.map.shown == Shown::kPolicy) return text;
  const landscape::ValueRange range = landscape::value_range(report.map);
  return text + fmt::format("{} from {} to {}\n", value_name(report.map.shown), number(range.low),
                            number(range.high));
}

}  // namespace turnout::report
