#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "turnout/base/output_file.h"
#include "turnout/drawing/figures.h"
#include "turnout/drawing/map_picture.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout figures\n"
    "  turnout figures --folder pictures --format png --catalog catalog/aider_edit.csv\n"
    "Writes the region decomposition, response curves, misalignment, throttling and the "
    "catalogue's scatter.";

struct Arguments {
  std::string folder = "docs/figures", format = "svg", catalog = "catalog/aider_polyglot.csv";
};

/// A map of a game that the docs speak of.
struct MapFigure {
  const char* name;
  game::Game game;
  const char* x;
  const char* y;
  landscape::Shown shown;
};

base::Status write(const Arguments& arguments, const std::string& name, drawing::Point size,
                   const std::function<void(drawing::Canvas&)>& draw) {
  TURNOUT_TRY(auto bytes, drawing::picture(arguments.format, size, draw));
  TURNOUT_TRY(base::OutputFile out, base::OutputFile::create(fmt::format(
                                        "{}/{}.{}", arguments.folder, name, arguments.format)));
  TURNOUT_CHECK(out.write(bytes));
  return out.commit();
}

base::Status draw_maps(const Arguments& arguments) {
  using game::Game;
  using game::Model;
  using landscape::Shown;
  const Game paper = *Game::make({7, 1}, {2}, {Model{0.45, 3, 0.4}, Model{0.8, 4, 2}});
  const Game cascade = *Game::make({10, 1}, {4}, {Model{0.2, 3, 1}, Model{0.8, 6, 5}});
  const Game quick = *Game::make({10, 1}, {1}, {Model{0.5, 2, 1}, Model{0.8, 4, 2}});
  const std::vector<MapFigure> figures = {
      {"regions", paper, "t1=0.01:8", "t2=0.01:14", Shown::kPolicy},
      {"regions-cost", cascade, "P=0:20", "c2/p2-c1/p1=-5:15", Shown::kPolicy},
      {"misalignment", quick, "t2/t1=0.3:3.9", "c2/c1=0.3:4", Shown::kMisalignment},
      {"throttling-gain", quick, "P=0:4", "c2/p2-c1/p1=-1.5:3", Shown::kThrottlingGain}};
  for (const auto& figure : figures) {
    const auto x = *landscape::Axis::parse("--x", figure.x);
    const auto y = *landscape::Axis::parse("--y", figure.y);
    TURNOUT_TRY(auto map, landscape::region_map(figure.game, x, y, figure.shown, {500, 400}));
    const report::MapReport drawn{{figure.game, {"M1", "M2"}},
                                  std::move(map),
                                  landscape::trace_boundaries(figure.game, x, y, 256)};
    TURNOUT_CHECK(write(arguments, figure.name, drawing::map_picture_size(drawn),
                        [&](drawing::Canvas& canvas) { drawing::draw_map(canvas, drawn); }));
  }
  return base::Done{};
}

base::Status draw_curves(const Arguments& arguments) {
  using game::Game;
  using game::Model;
  // xi1 > 0 > xi2: three phases; xi1 < 0 < xi2: one threshold.
  const scenario::TwoModelScenario phases{
      *Game::make({10, 1}, {4}, {Model{0.6, 1, 0.4}, Model{0.62, 8, 2}}), {"M1", "M2"}};
  const scenario::TwoModelScenario threshold{
      *Game::make({10, 1}, {4}, {Model{0.2, 3, 1}, Model{0.8, 6, 5}}), {"M1", "M2"}};
  for (const auto* game : {&phases, &threshold}) {
    TURNOUT_CHECK(write(arguments,
                        game == &phases ? "response-three-phases" : "response-one-threshold",
                        drawing::kFigureSize,
                        [&](drawing::Canvas& canvas) { drawing::draw_response(canvas, *game); }));
  }
  return base::Done{};
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (drawing::picture_format("x." + arguments.format).empty()) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       arguments.format + " must be svg, png or pdf", "--format"};
  }
  TURNOUT_TRY(base::LineReader reader, base::LineReader::open(arguments.catalog));
  TURNOUT_TRY(auto models, scenario::read_catalog(reader, {}));
  std::error_code problem;
  std::filesystem::create_directories(arguments.folder, problem);
  if (problem)
    return base::Error{base::ErrorCode::kUnwritable, problem.message(), arguments.folder};
  TURNOUT_CHECK(draw_maps(arguments));
  TURNOUT_CHECK(draw_curves(arguments));
  TURNOUT_CHECK(write(arguments, "catalog", drawing::kFigureSize,
                      [&](drawing::Canvas& canvas) { drawing::draw_catalog(canvas, models); }));
  return print(fmt::format("7 figures written to {}\n", arguments.folder));
}

}  // namespace

void add_figures(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("figures", "Draw the figures of the documentation again");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("--folder", arguments->folder, "where they go (default docs/figures)")
      ->option_text("FOLDER");
  verb->add_option("--format", arguments->format, "svg (default), png or pdf")
      ->option_text("FORMAT");
  verb->add_option("--catalog", arguments->catalog,
                   "models of the scatter (default catalog/aider_polyglot.csv)")
      ->option_text("FILE.csv");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
