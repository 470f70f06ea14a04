#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "scenario_arguments.h"
#include "turnout/base/csv.h"
#include "turnout/base/output_file.h"
#include "turnout/drawing/figure_set.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout figures examples/grok-3-mini-gpt-5.toml --folder figures-of-mine\n"
    "  turnout figures\n"
    "  turnout figures --folder figures-of-mine --format png --catalog catalog/aider_edit.csv\n"
    "With a scenario: regions around its numbers, misalignment, the gain of throttling, both "
    "payoffs over (s, q), the\n"
    "user's response, the decision rules with its way through them, its Markov chain. Without: the "
    "figures of the\n"
    "documentation, among them the catalogue's scatter.";

struct Arguments {
  ScenarioArguments scenario;
  std::string folder, format = "svg", catalog = "catalog/aider_polyglot.csv",
                      pair = "examples/grok-3-mini-gpt-5.toml";
};

base::Status write(const std::string& path, const std::string& format,
                   const drawing::Figure& figure) {
  TURNOUT_TRY(const auto bytes, drawing::picture(format, figure.size, figure.draw));
  return base::write_file(path, bytes);
}

/// Which catalogue a file is, and of when: its name, and the first and last of its column "date".
base::Result<std::string> source_of(const std::string& path) {
  TURNOUT_TRY(auto reader, base::LineReader::open(path));
  TURNOUT_TRY(const auto header, reader.next());
  const std::array<std::string_view, 1> wanted = {"date"};
  std::string from, to;
  const std::string name = std::filesystem::path(path).filename().string();
  const auto columns = header ? base::find_columns(*header, wanted)
                              : base::Result<base::CsvColumns>(base::CsvColumns{});
  if (!columns || columns->required.empty()) return name;
  std::vector<std::string_view> fields;
  while (true) {
    TURNOUT_TRY(const auto line, reader.next());
    if (!line) break;
    TURNOUT_CHECK(base::split_csv(*line, fields));
    if (fields.size() <= columns->required[0]) continue;
    const std::string date = base::csv_text(fields[columns->required[0]]);
    if (from.empty() || date < from) from = date;
    to = std::max(to, date);
  }
  return fmt::format("{}, runs of {} to {}", name, from, to);
}

base::Result<drawing::DocumentationData> documentation_data(const Arguments& arguments) {
  TURNOUT_TRY(auto reader, base::LineReader::open(arguments.catalog));
  TURNOUT_TRY(auto models, scenario::read_catalog(reader, {}));
  TURNOUT_TRY(auto source, source_of(arguments.catalog));
  // What catalog/README.md says of the file that the documentation shows.
  const std::string shown = "aider_polyglot.csv";
  if (source.starts_with(shown))
    source = "Aider's polyglot leaderboard (commit 5dc9490b)" + source.substr(shown.size());
  TURNOUT_TRY(auto read, scenario::read_scenario(arguments.pair));
  TURNOUT_TRY(auto pair, analysis::paper_scenario(std::move(read), "figures"));
  return drawing::DocumentationData{std::move(models), std::move(source), std::move(pair)};
}

base::Result<std::vector<drawing::Figure>> figures_of(const Arguments& arguments) {
  if (arguments.scenario.empty()) {
    TURNOUT_TRY(const auto data, documentation_data(arguments));
    return drawing::documentation_figures(data);
  }
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto paper, analysis::paper_scenario(std::move(scenario), "figures"));
  print_notes(paper.notes);
  return drawing::scenario_figures(paper);
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (drawing::picture_format("x." + arguments.format).empty()) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       arguments.format + " must be svg, png or pdf", "--format"};
  }
  const bool own = !arguments.scenario.empty();
  if (own && arguments.folder.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       "is missing; docs/figures is for the documentation's", "--folder"};
  }
  const std::string folder = own || !arguments.folder.empty() ? arguments.folder : "docs/figures";
  TURNOUT_TRY(const auto figures, figures_of(arguments));
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return base::Error{base::ErrorCode::kUnwritable, problem.message(), folder};
  for (const auto& figure : figures) {
    TURNOUT_CHECK(write(fmt::format("{}/{}.{}", folder, figure.name, arguments.format),
                        arguments.format, figure));
  }
  return print(fmt::format("{} figures written to {}\n", figures.size(), folder));
}

}  // namespace

void add_figures(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "figures", "Draw the figures of a scenario, or those of the documentation again");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--folder", arguments->folder,
                   "where they go (default docs/figures for the documentation's)")
      ->option_text("FOLDER");
  verb->add_option("--format", arguments->format, "svg (default), png or pdf")
      ->option_text("FORMAT");
  verb->add_option("--catalog", arguments->catalog,
                   "models of the scatter (default catalog/aider_polyglot.csv)")
      ->option_text("FILE.csv");
  verb->add_option("--pair", arguments->pair,
                   "two models of the documentation's map of real ones (default "
                   "examples/grok-3-mini-gpt-5.toml)")
      ->option_text("SCENARIO");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
