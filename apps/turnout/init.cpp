#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "embedded_catalog.h"
#include "program.h"
#include "turnout/base/output_file.h"
#include "turnout/scenario/starter_scenario.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout init\n"
    "  turnout init --from-catalog \"gpt-4.1-mini\" \"gpt-4.1\" -o mine.toml\n"
    "  turnout init -o - | turnout solve -\n"
    "turnout catalog lists the models of a catalogue and what becomes of each pair.";

struct Arguments {
  std::vector<std::string> models = {"Grok 3 Mini Beta (high)", "gpt-5 (medium)"};
  std::string output = "scenario.toml";
  std::string catalog;
  bool force = false;
};

base::Result<std::vector<scenario::CatalogModel>> models_of(const std::string& path) {
  if (path.empty()) {
    auto rows = base::LineReader::over(embedded_catalog(), "aider_polyglot.csv");
    return scenario::read_catalog(rows, {});
  }
  TURNOUT_TRY(base::LineReader rows, base::LineReader::open(path));
  return scenario::read_catalog(rows, {});
}

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(const auto models, models_of(arguments.catalog));
  TURNOUT_TRY(const auto text,
              scenario::starter_scenario(
                  models, arguments.models,
                  arguments.catalog.empty() ? "Aider polyglot leaderboard" : arguments.catalog));
  if (arguments.output == "-") return print(text);
  std::error_code ignored;
  if (!arguments.force && std::filesystem::exists(arguments.output, ignored)) {
    return base::Error{base::ErrorCode::kUnwritable,
                       "is there already; --force replaces it, -o FILE writes another",
                       arguments.output};
  }
  TURNOUT_CHECK(base::write_file(arguments.output, text));
  return print(fmt::format("{0} is written. Next: turnout solve {0}\n", arguments.output));
}

}  // namespace

void add_init(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("init", "Write a scenario with comments, to start from");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("--from-catalog", arguments->models,
                   "models of the catalogue (default: Grok 3 Mini Beta (high) and gpt-5 (medium))")
      ->option_text("MODEL MODEL")
      ->expected(2, 16);
  verb->add_option("--catalog", arguments->catalog,
                   "another catalogue than Aider's polyglot leaderboard, which is built in (CSV)")
      ->option_text("FILE.csv");
  verb->add_option("-o,--output", arguments->output,
                   "the file to write, or - for standard output (default scenario.toml)")
      ->option_text("FILE.toml");
  verb->add_flag("--force", arguments->force, "replace the file if it is there");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
