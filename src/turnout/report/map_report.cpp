#include "turnout/report/map_report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "turnout/base/npy.h"
#include "turnout/base/number_text.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::MapAnswer;
using game::Route;
using landscape::RegionMap;
using landscape::Shown;
using nlohmann::ordered_json;

constexpr std::size_t kRoutes = 8;

/// What is written for each route, without a look-up by name for each point.
std::array<std::string, kRoutes> route_texts() {
  std::array<std::string, kRoutes> texts;
  for (std::size_t k = 0; k < kRoutes; ++k)
    texts.at(k) = fmt::format("\"{}\"", to_string(static_cast<Route>(k)));
  return texts;
}

ordered_json axis_json(const landscape::Axis& axis) {
  return {{"name", axis.name()},
          {"low", axis.low()},
          {"high", axis.high()},
          {"logarithmic", axis.is_logarithmic()}};
}

ordered_json boundaries_json(const MapAnswer& answer) {
  const auto route_name = [](std::uint8_t route) {
    return route == RegionMap::kNoGame ? ordered_json(nullptr)
                                       : ordered_json(to_string(static_cast<Route>(route)));
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

base::Status write_points(const RegionMap& map, JsonObject& object) {
  if (!map.routes.empty()) {
    const auto texts = route_texts();
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

}  // namespace

std::string map_text(const MapAnswer& answer) {
  const RegionMap& map = answer.map;
  std::string text;
  if (!map.routes.empty()) {
    Table table({"region", "share of the map", "points"});
    for (const auto& [route, count] : landscape::region_counts(map)) {
      table.add({route == RegionMap::kNoGame ? "no game" : to_string(static_cast<Route>(route)),
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
  const auto texts = route_texts();
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
  TURNOUT_CHECK(object.member("schema", "turnout/map/1"));
  TURNOUT_CHECK(object.member("game", game_json(answer.paper.scenario)));
  TURNOUT_CHECK(object.member("x", axis_json(answer.map.x())));
  TURNOUT_CHECK(object.member("y", axis_json(answer.map.y())));
  TURNOUT_CHECK(object.member("show", std::string(name_of(answer.map.shown))));
  TURNOUT_CHECK(
      object.member("scenario_at", answer.own ? ordered_json(*answer.own) : ordered_json(nullptr)));
  TURNOUT_CHECK(write_points(answer.map, object));
  TURNOUT_CHECK(object.member("boundaries", boundaries_json(answer)));
  TURNOUT_CHECK(object.member("curves", curves_json(answer)));
  TURNOUT_CHECK(object.member("notes", answer.paper.notes));
  return object.end();
}

}  // namespace turnout::report
