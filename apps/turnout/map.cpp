#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "scenario_arguments.h"
#include "turnout/base/number_text.h"
#include "turnout/base/output_file.h"
#include "turnout/drawing/map_picture.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout map examples/grok-3-mini-gpt-5.toml --x P=0:0.5 --y c2=0.002:0.2:log -o map.svg\n"
    "  turnout map examples/grok-3-mini-gpt-5.toml --x V=0.2:2 --y t2/t1=0.2:5:log --show "
    "misalignment -o map.png\n"
    "  turnout map examples/gpt-4.1.toml --x c2/p2-c1/p1=-0.1:0.2 --y P=0:1 --size 200x200 --json";

struct Arguments {
  ScenarioArguments scenario;
  std::string x, y, size = "1000x1000", show = "policy", output;
  bool json = false;
};

base::Result<std::array<std::size_t, 2>> size_of(const std::string& text) {
  constexpr std::size_t kMost = 10'000;
  const auto times = text.find('x');
  std::array<std::size_t, 2> size{};
  const auto read = [&](std::string_view digits, std::size_t& to) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), to);
    return error == std::errc() && end == digits.data() + digits.size() && to >= 1 && to <= kMost;
  };
  const std::string_view all = text;
  if (times != std::string::npos && read(all.substr(0, times), size[0]) &&
      read(all.substr(times + 1), size[1]))
    return size;
  return base::Error{base::ErrorCode::kInvalidValue,
                     base::in_quotes(text) + " must be WIDTHxHEIGHT, each 1 to 10000", "--size"};
}

base::Result<std::string> content_of(const report::MapReport& map, const std::string& path) {
  const std::string format = drawing::picture_format(path);
  if (!format.empty()) {
    return drawing::picture(format, drawing::map_picture_size(map),
                            [&](drawing::Canvas& canvas) { drawing::draw_map(canvas, map); });
  }
  if (path.ends_with(".csv")) return report::map_csv(map);
  if (path.ends_with(".npy")) return report::map_npy(map);
  if (path.ends_with(".json")) return report::to_text(report::map_json(map));
  return base::Error{base::ErrorCode::kInvalidValue,
                     base::in_quotes(path) + " must end in .svg, .png, .pdf, .csv, .npy or .json",
                     "--output"};
}

base::Result<ExitCode> run(const Arguments& arguments) {
  constexpr std::size_t kTraceSteps = 256;
  TURNOUT_TRY(auto x, landscape::Axis::parse("--x", arguments.x));
  TURNOUT_TRY(auto y, landscape::Axis::parse("--y", arguments.y));
  const auto shown = landscape::shown_of(arguments.show);
  if (!shown) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       fmt::format("{} must be one of {}", base::in_quotes(arguments.show),
                                   fmt::join(landscape::kShownNames, ", ")),
                       "--show"};
  }
  TURNOUT_TRY(const auto size, size_of(arguments.size));
  TURNOUT_TRY(auto scenario, arguments.scenario.read_paper_game("map"));
  TURNOUT_TRY(auto map, landscape::region_map(scenario.game, x, y, *shown, size));
  const game::Game game = scenario.game;
  report::MapReport drawn{std::move(scenario), std::move(map), {}};
  if (!arguments.output.ends_with(".csv") && !arguments.output.ends_with(".npy")) {
    drawn.boundaries = landscape::trace_boundaries(game, x, y, kTraceSteps);
  }
  if (!arguments.output.empty()) {
    TURNOUT_TRY(auto content, content_of(drawn, arguments.output));
    TURNOUT_TRY(base::OutputFile out, base::OutputFile::create(arguments.output));
    TURNOUT_CHECK(out.write(content));
    TURNOUT_CHECK(out.commit());
  }
  return print(arguments.json ? report::to_text(report::map_json(drawn)) : report::map_text(drawn));
}

}  // namespace

void add_map(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "map", "The optimal policy, or what it comes to, over two quantities of a game: a picture");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  const char* axis =
      "QUANTITY=LOW:HIGH or ...:log; a parameter (V, w, P, p1, t1, c1, p2, ...), a ratio (t2/t1) "
      "or a difference "
      "(c2/p2-c1/p1)";
  verb->add_option("--x", arguments->x, axis)->option_text("AXIS")->required();
  verb->add_option("--y", arguments->y, "likewise")->option_text("AXIS")->required();
  verb->add_option("--show", arguments->show,
                   fmt::format("{} (default policy)", fmt::join(landscape::kShownNames, ", ")))
      ->option_text("WHAT");
  verb->add_option("--size", arguments->size, "points along x and y (default 1000x1000)")
      ->option_text("WxH");
  verb->add_option("-o,--output", arguments->output,
                   "picture (.svg, .png, .pdf) or data (.csv, .npy, .json)")
      ->option_text("FILE");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
