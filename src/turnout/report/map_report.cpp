#include "turnout/report/map_report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "turnout/base/csv.h"
#include "turnout/base/npy.h"
#include "turnout/base/number_text.h"
#include "turnout/report/participation_report.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::MapAnswer;
using landscape::RegionMap;
using landscape::Shown;
using nlohmann::ordered_json;

/// The names of all regions, each in a format's quotes, without a look-up for each point.
std::vector<std::string> region_texts(const MapAnswer& answer,
                                      std::string (*in_quotes)(const std::string& name)) {
  constexpr std::size_t kRoutes = 8;
  const std::size_t regions = answer.map.ways.empty() ? kRoutes : answer.map.ways.size();
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < regions; ++k)
    texts.push_back(in_quotes(region_name(answer, static_cast<std::uint8_t>(k))));
  return texts;
}

std::string json_quotes(const std::string& name) { return ordered_json(name).dump(); }

std::string csv_quotes(const std::string& name) {
  const std::string field = base::csv_field(name);
  return field.starts_with('"') ? field : '"' + field + '"';
}

ordered_json axis_json(const landscape::Axis& axis) {
  return {{"name", axis.name()},
          {"low", axis.low()},
          {"high", axis.high()},
          {"logarithmic", axis.is_logarithmic()}};
}

ordered_json boundaries_json(const MapAnswer& answer) {
  const auto route_name = [&](std::uint8_t route) {
    return route == RegionMap::kNoGame ? ordered_json(nullptr)
                                       : ordered_json(region_name(answer, route));
  };
  const auto& axes = answer.map.axes;
  const auto point = [&](const std::array<double, 2>& shares) {
    return ordered_json{axes.x().at(shares[0]), axes.y().at(shares[1])};
  };
  ordered_json boundaries = ordered_json::array();
  for (const auto& piece : answer.boundaries) {
    boundaries.push_back({{"from", point(piece.from)},
                          {"to", point(piece.to)},
                          {"between", {route_name(piece.one_side), route_name(piece.other_side)}}});
  }
  return boundaries;
}

ordered_json curves_json(const MapAnswer& answer) {
  ordered_json curves = ordered_json::array();
  for (const auto& curve : answer.curves)
    curves.push_back({{"name", curve.name}, {"points", curve.points}});
  return curves;
}

/// A JSON object written member by member, in the form of to_text().
class JsonObject {
 public:
  explicit JsonObject(const Sink& sink) : sink_(sink) {}

  base::Status member(const std::string& name, const ordered_json& value) {
    std::string text = start(name);
    for (const char c : value.dump(2)) {  // line breaks within texts are escaped
      text += c;
      if (c == '\n') text += "  ";
    }
    return sink_(text);
  }

  /// Writes an array of `rows` arrays of `columns` texts that are JSON already.
  template <class Text>
  base::Status matrix(const std::string& name, std::size_t rows, std::size_t columns,
                      const Text& append) {
    TURNOUT_CHECK(sink_(start(name) + "["));
    std::string text;
    for (std::size_t j = 0; j < rows; ++j) {
      text = j == 0 ? "\n    [" : ",\n    [";
      for (std::size_t i = 0; i < columns; ++i) {
        text += i == 0 ? "\n      " : ",\n      ";
        append(text, j * columns + i);
      }
      text += "\n    ]";
      TURNOUT_CHECK(sink_(text));
    }
    return sink_("\n  ]");
  }

  base::Status end() { return sink_("\n}\n"); }

 private:
  std::string start(const std::string& name) {
    return fmt::format("{}\n  \"{}\": ", std::exchange(first_, false) ? "{" : ",", name);
  }
  const Sink& sink_;
  bool first_ = true;
};

base::Status write_points(const MapAnswer& answer, JsonObject& object) {
  const RegionMap& map = answer.map;
  if (!map.routes.empty()) {
    const auto texts = region_texts(answer, json_quotes);
    TURNOUT_CHECK(
        object.matrix("routes", map.height, map.width, [&](std::string& text, std::size_t i) {
          text += map.routes[i] == RegionMap::kNoGame ? "null" : texts.at(map.routes[i]);
        }));
  }
  if (map.shown == Shown::kPolicy) return base::Done{};
  return object.matrix("values", map.height, map.width, [&](std::string& text, std::size_t i) {
    // 0.0 makes of a negative zero a plain one; what is not a number is written as null.
    text += ordered_json(map.values[i] + 0.0).dump();
  });
}

ordered_json scenario_json(const MapAnswer& answer) {
  if (const auto* two = std::get_if<scenario::TwoModelScenario>(&answer.scenario))
    return game_json(*two);
  return routing_game_json(std::get<scenario::Scenario>(answer.scenario));
}

}  // namespace

std::string region_name(const MapAnswer& answer, std::uint8_t region) {
  if (region == RegionMap::kNoGame) return "no game";
  if (answer.map.ways.empty()) return to_string(static_cast<game::Route>(region));
  return way_to_play(answer.map.ways[region], answer.names);
}

std::string map_text(const MapAnswer& answer) {
  const RegionMap& map = answer.map;
  std::string text;
  if (!map.routes.empty()) {
    Table table({"region", "share of the map", "points"});
    for (const auto& [route, count] : landscape::region_counts(map)) {
      table.add({region_name(answer, route),
                 percent(static_cast<double>(count) / static_cast<double>(map.routes.size())),
                 fmt::format("{}", count)});
    }
    text = table.to_string();
  }
  if (map.shown == Shown::kPolicy) return text;
  const landscape::ValueRange range = landscape::value_range(map);
  return text + fmt::format("{} from {} to {}\n", name_of(map.shown), number(range.low),
                            number(range.high));
}

base::Status write_map_csv(const MapAnswer& answer, const Sink& sink) {
  const RegionMap& map = answer.map;
  const bool has_route = !map.routes.empty();
  const bool has_value = map.shown != Shown::kPolicy;
  const auto texts = region_texts(answer, csv_quotes);
  std::string text =
      fmt::format("{},{}{}", map.x().name(), map.y().name(), has_route ? ",route" : "");
  if (has_value) text += fmt::format(",{}", name_of(map.shown));
  text += '\n';
  std::array<char, base::kNumberRoom> digits{};
  const auto put = [&](double value) {
    text.append(digits.data(), base::write_number(digits.data(), value + 0.0));
  };
  for (std::size_t j = 0; j < map.height; ++j) {
    for (std::size_t i = 0; i < map.width; ++i) {
      const std::size_t from = j * map.width + i;
      put(map.x().at_cell(i, map.width));
      text += ',';
      put(map.y().at_cell(j, map.height));
      if (has_route) text += ',';
      if (has_route && map.routes[from] != RegionMap::kNoGame) text += texts.at(map.routes[from]);
      if (has_value) text += ',';
      if (has_value && !std::isnan(map.values[from])) put(map.values[from]);
      text += '\n';
    }
    TURNOUT_CHECK(sink(text));
    text.clear();
  }
  return base::Done{};
}

base::Status write_map_npy(const MapAnswer& answer, const Sink& sink) {
  const RegionMap& map = answer.map;
  const std::array<std::size_t, 2> shape = {map.height, map.width};
  TURNOUT_CHECK(sink(base::npy_header(shape)));
  for (std::size_t j = 0; j < map.height; ++j) {
    const double* const row = map.values.data() + j * map.width;
    TURNOUT_CHECK(sink({reinterpret_cast<const char*>(row), map.width * sizeof *row}));  // NOLINT
  }
  return base::Done{};
}

base::Status write_map_json(const MapAnswer& answer, const Sink& sink) {
  JsonObject object(sink);
  TURNOUT_CHECK(object.member("schema", "turnout/map/2"));
  TURNOUT_CHECK(object.member("game", scenario_json(answer)));
  TURNOUT_CHECK(object.member("x", axis_json(answer.map.x())));
  TURNOUT_CHECK(object.member("y", axis_json(answer.map.y())));
  TURNOUT_CHECK(object.member("show", std::string(name_of(answer.map.shown))));
  TURNOUT_CHECK(
      object.member("scenario_at", answer.own ? ordered_json(*answer.own) : ordered_json(nullptr)));
  TURNOUT_CHECK(write_points(answer, object));
  TURNOUT_CHECK(object.member("boundaries", boundaries_json(answer)));
  TURNOUT_CHECK(object.member("curves", curves_json(answer)));
  TURNOUT_CHECK(object.member("notes", answer.notes));
  return object.end();
}

}  // namespace turnout::report
