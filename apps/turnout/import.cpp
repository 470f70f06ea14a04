#include <memory>
#include <nlohmann/json.hpp>

#include "turnout/base/number_text.h"
#include "turnout/base/progress.h"
#include "turnout/report/log_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/traffic/import.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout import examples/passes.jsonl.gz sqlite:passes.db\n"
    "  zcat logs/*.gz | turnout import - sqlite:passes.db --json\n"
    "Importing a file again changes nothing; an import that was killed is finished by starting it again.";

struct Arguments {
  std::string source, destination;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  if (traffic::is_store(arguments.source) || !traffic::is_store(arguments.destination)) {
    const bool source = traffic::is_store(arguments.source);
    const auto& wrong = traffic::without_password(source ? arguments.source : arguments.destination);
    return base::Error{base::ErrorCode::kMalformedInput,
                       base::in_quotes(wrong) + (source ? " must be a file, a folder or -"
                                                        : " must be sqlite:FILE, postgres://... or clickhouse://..."),
                       source ? "SOURCE" : "DEST"};
  }
  auto reader = traffic::open_passes(arguments.source);
  if (!reader) return reader.error();
  auto store = traffic::open_store(arguments.destination, traffic::Create::kYes);
  if (!store) return store.error();
  base::Progress progress("importing passes", 0);
  auto counts = traffic::import_passes(**reader, **store, [&](std::size_t passes) { progress.step(passes); });
  if (!counts) return counts.error();
  return print(arguments.json ? report::to_text(report::import_json(*counts)) : report::import_text(*counts));
}

}  // namespace

void add_import(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("import", "Put a log of passes into a store, each pass once");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("source", arguments->source, "FILE.jsonl or FILE.csv (plain, .gz, .zst), a folder of them, or -")
      ->option_text("SOURCE")
      ->required();
  verb->add_option("destination", arguments->destination, "sqlite:FILE, postgres://... or clickhouse://...")
      ->option_text("DEST")
      ->required();
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
