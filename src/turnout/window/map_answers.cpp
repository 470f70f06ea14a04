#include "turnout/window/map_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "turnout/analysis/map_answer.h"
#include "turnout/base/number_text.h"
#include "turnout/drawing/map_picture.h"
#include "turnout/report/map_report.h"
#include "turnout/window/map_legend.h"

namespace turnout::window {
namespace {

using analysis::MapAnswer;
using base::Error;
using base::ErrorCode;
using base::Result;

using Writer = base::Status (*)(const MapAnswer& answer, const report::Sink& sink);

Result<std::string> written(const MapAnswer& answer, Writer writer) {
  std::string bytes;
  const auto sink = [&](std::string_view text) -> base::Status {
    bytes += text;
    return base::Done{};
  };
  TURNOUT_CHECK(writer(answer, sink));
  return bytes;
}

Result<std::string> as_json(const MapAnswer& answer) {
  return written(answer, report::write_map_json);
}

Result<std::string> as_csv(const MapAnswer& answer) {
  return written(answer, report::write_map_csv);
}

Result<std::string> drawn(const MapAnswer& answer, const std::string& format) {
  return drawing::picture(format, drawing::map_picture_size(answer),
                          [&](drawing::Canvas& canvas) { draw_map(canvas, answer); });
}

Result<std::string> as_svg(const MapAnswer& answer) { return drawn(answer, "svg"); }
Result<std::string> as_png(const MapAnswer& answer) { return drawn(answer, "png"); }

Result<std::string> as_cells(const MapAnswer& answer) {
  static_assert(std::endian::native == std::endian::little, "cells are little endian");
  const landscape::RegionMap& map = answer.map;
  if (map.shown == landscape::Shown::kPolicy)
    return std::string(map.routes.begin(), map.routes.end());
  const std::vector<float> values(map.values.begin(), map.values.end());
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

struct Format {
  std::string_view name;
  Result<std::string> (*bytes)(const MapAnswer& answer);
  analysis::MapLines lines;
  const char* type;
  const char* file;
};

constexpr auto kTraced = analysis::MapLines::kTraced;
constexpr auto kNone = analysis::MapLines::kNone;
constexpr std::array<Format, 6> kFormats = {
    {{"json", as_json, kTraced, "application/json", ""},
     {"csv", as_csv, kNone, "text/csv; charset=utf-8", "map.csv"},
     {"svg", as_svg, kTraced, "image/svg+xml", ""},
     {"png", as_png, kTraced, "image/png", ""},
     {"cells", as_cells, kNone, "application/octet-stream", ""},
     {"legend", map_legend, kNone, "application/json", ""}}};

Result<const Format*> format_of(const Query& query) {
  TURNOUT_TRY(const auto name, query.one("format"));
  for (const Format& format : kFormats) {
    if (format.name == name.value_or("json")) return &format;
  }
  return Error{ErrorCode::kInvalidValue,
               base::in_quotes(*name) + " must be one of json, csv, svg, png, cells, legend",
               "format"};
}

/// Whether a side is longer than kMostMapSide; what is no size at all map_answer() refuses.
bool is_too_large(const std::string& size) {
  const auto times = std::min(size.find('x'), size.size());
  const std::array<std::string, 2> sides = {size.substr(0, times),
                                            size.substr(std::min(times + 1, size.size()))};
  return std::any_of(sides.begin(), sides.end(), [](const std::string& side) {
    const auto number = base::parse_number(side);
    return number && *number > static_cast<double>(kMostMapSide);
  });
}

Result<analysis::MapOptions> options_of(const Query& query) {
  analysis::MapOptions options;
  TURNOUT_TRY(const auto x, query.one("x"));
  TURNOUT_TRY(const auto y, query.one("y"));
  TURNOUT_TRY(const auto show, query.one("show"));
  TURNOUT_TRY(const auto size, query.one("size"));
  for (const auto& [axis, name] : {std::pair{&x, "x"}, std::pair{&y, "y"}}) {
    if (!*axis) return Error{ErrorCode::kMalformedInput, "is required", name};
  }
  options.x = *x;
  options.y = *y;
  options.show = show.value_or("");
  options.size = size.value_or("400x400");
  if (!is_too_large(options.size)) return options;
  return Error{ErrorCode::kInvalidValue,
               fmt::format("{} must be WIDTHxHEIGHT, each 1 to {}", base::in_quotes(options.size),
                           kMostMapSide),
               "size"};
}

}  // namespace

Result<MapFile> map_file(scenario::Scenario scenario, const Query& query,
                         const base::Watch& watch) {
  TURNOUT_TRY(const Format* const format, format_of(query));
  TURNOUT_TRY(auto options, options_of(query));
  options.lines = format->lines;
  TURNOUT_TRY(const auto answer, analysis::map_answer(std::move(scenario), options, watch));
  TURNOUT_TRY(auto bytes, format->bytes(answer));
  return MapFile{std::move(bytes), format->type, format->file};
}

}  // namespace turnout::window
