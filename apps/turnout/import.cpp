#include <memory>
#include <nlohmann/json.hpp>

#include "interruption.h"
#include "log_arguments.h"
#include "turnout/base/number_text.h"
#include "turnout/base/progress.h"
#include "turnout/mapping/mapped_reader.h"
#include "turnout/report/log_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/store/import.h"
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
  std::string source, destination, map;
  double window_s = 3600;
  bool json = false;
};

base::Error wrong(const std::string& which, const std::string& text, const char* allowed) {
  return base::Error{base::ErrorCode::kMalformedInput,
                     base::in_quotes(store::without_password(text)) + " must be " + allowed, which};
}

base::Result<std::unique_ptr<traffic::PassReader>> open_source(const Arguments& arguments) {
  constexpr double kMicro = 1e6;
  if (arguments.map.empty()) return traffic::open_passes(arguments.source);
  TURNOUT_TRY(auto map, mapping::read_row_map(arguments.map));
  return mapping::open_mapped_passes(arguments.source, std::move(map),
                                     static_cast<std::int64_t>(arguments.window_s * kMicro),
                                     interruption());
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (store::is_store(arguments.source) && arguments.map.empty()) {
    return wrong("SOURCE", arguments.source, "a file, a folder or -, or read by a --map");
  }
  if (!store::is_store(arguments.destination)) {
    return wrong("DEST", arguments.destination, "sqlite:FILE, postgres://... or clickhouse://...");
  }
  TURNOUT_TRY(auto reader, open_source(arguments));
  TURNOUT_TRY(auto store,
              store::open_store(arguments.destination, store::Access::kCreate, interruption()));
  base::Progress progress("importing passes", 0);
  TURNOUT_TRY(auto counts, store::import_passes(*reader, *store,
                                                {[&](std::size_t passes) { progress.step(passes); },
                                                 interruption()}));
  return print(arguments.json ? report::to_text(report::import_json(counts))
                              : report::import_text(counts));
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
  verb->add_option("--map", arguments->map, map_help())->option_text("MAP");
  verb->add_option("--window", arguments->window_s,
                   "with --map: seconds within which a user comes back to a task (default 3600)")
      ->check(CLI::Range(0.0, 1e9))
      ->option_text("SECONDS");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
