#include <memory>
#include <nlohmann/json.hpp>

#include "interruption.h"
#include "log_arguments.h"
#include "turnout/base/progress.h"
#include "turnout/report/log_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout import examples/passes.jsonl.gz sqlite:passes.db\n"
    "  zcat logs/*.gz | turnout import - sqlite:passes.db --json\n"
    "  turnout import --map langfuse export/ postgres://me@db.example/traffic\n"
    "  turnout import --map litellm postgres://me@db.example/litellm sqlite:passes.db\n"
    "Importing a file again changes nothing; an import that was killed is finished by starting it "
    "again.";

struct Arguments {
  std::string source, destination;
  analysis::ImportOptions options;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  base::Progress progress("importing passes", 0);
  TURNOUT_TRY(const auto answer,
              analysis::import_answer(
                  arguments.source, arguments.destination, arguments.options,
                  {[&](std::size_t passes) { progress.step(passes); }, interruption()}));
  for (const auto& note : {answer.taken, answer.summaries}) {
    if (!note.empty()) print_notes({note});
  }
  TURNOUT_CHECK(print(arguments.json ? report::to_text(report::import_answer_json(answer))
                                     : report::import_text(answer.counts)));
  if (!answer.did_anything()) return analysis::nothing_imported(arguments.source, answer);
  return ExitCode::kDone;
}

}  // namespace

void add_import(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("import", "Put a log of passes into a store, each pass once");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("source", arguments->source,
                   "FILE.jsonl or FILE.csv (plain, .gz, .zst), a folder of them, or -")
      ->option_text("SOURCE")
      ->required();
  verb->add_option("destination", arguments->destination,
                   "sqlite:FILE, postgres://... or clickhouse://...")
      ->option_text("DEST")
      ->required();
  verb->add_option("--map", arguments->options.map, map_help())->option_text("MAP");
  verb->add_option("--window", arguments->options.window_s,
                   "with --map: seconds within which a user comes back to a task (default 3600)")
      ->check(CLI::Range(0.0, 1e9))
      ->option_text("SECONDS");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
