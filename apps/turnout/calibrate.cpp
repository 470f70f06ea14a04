#include <memory>
#include <nlohmann/json.hpp>

#include "turnout/outcomes/retry_table.h"
#include "turnout/report/calibration_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout calibrate catalog/aider_polyglot.csv\n"
    "  turnout calibrate catalog/tau2_passk.csv --group domain --models\n"
    "  turnout calibrate catalog/outcomes/taubench_airline.csv --outcomes --json";

struct Arguments {
  std::string path;
  std::string group;
  std::uint64_t seed = 1;
  bool outcomes = false;
  bool models = false;
  bool json = false;
};

estimation::DifficultyFit fit(const outcomes::RetryTable& table, std::uint64_t seed) {
  if (const auto* retries = std::get_if<0>(&table)) return estimation::fit_retries(*retries);
  if (const auto* powers = std::get_if<1>(&table))
    return estimation::fit_pass_powers(*powers, seed);
  return estimation::fit_trials(std::get<2>(table));
}

base::Result<std::map<std::string, outcomes::RetryTable>> read(const Arguments& arguments) {
  TURNOUT_TRY(base::LineReader rows, base::LineReader::open(arguments.path));
  if (!arguments.outcomes) return outcomes::read_retries(rows, arguments.group);
  if (!arguments.group.empty())
    return base::Error{base::ErrorCode::kMalformedInput, "does not go with --outcomes", "--group"};
  TURNOUT_TRY(auto table, outcomes::outcomes_as_retries(rows));
  std::map<std::string, outcomes::RetryTable> tables;
  tables.emplace("", std::move(table));
  return tables;
}

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto tables, read(arguments));
  report::Calibrations calibrations;
  for (const auto& [group, table] : tables) calibrations.emplace(group, fit(table, arguments.seed));
  return print(arguments.json ? report::to_text(report::calibration_json(calibrations))
                              : report::calibration_text(calibrations, arguments.models));
}

}  // namespace

void add_calibrate(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "calibrate", "Skill, difficulty and worth of feedback from tables of retries");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option(
          "file", arguments->path,
          "CSV with model,cases,solved_first,solved_within_two or model,pass_1,pass_2,... or "
          "model,task,trial,success; - for standard input")
      ->option_text("FILE.csv")
      ->required();
  verb->add_flag("--outcomes", arguments->outcomes,
                 "the file is a table of outcomes: task,<model>,... and its other forms");
  verb->add_option("--group", arguments->group, "a fit for each value of this column")
      ->option_text("COLUMN");
  verb->add_option("--seed", arguments->seed,
                   "seed of the resampling for pass^k tables (default 1)")
      ->option_text("N");
  verb->add_flag("--models", arguments->models, "list every model");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
