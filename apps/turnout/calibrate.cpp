#include <memory>
#include <nlohmann/json.hpp>

#include "interruption.h"
#include "turnout/report/calibration_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout calibrate catalog/aider_polyglot.csv\n"
    "  turnout calibrate catalog/tau2_passk.csv --group domain --models\n"
    "  turnout calibrate examples/second-tries.csv --models\n"
    "  turnout calibrate catalog/outcomes/taubench_airline.csv --outcomes --held-out\n"
    "  turnout calibrate catalog/aider_polyglot.csv --check catalog/aider_edit.csv --json";

struct Arguments {
  std::string path;
  analysis::CalibrateOptions options;
  bool models = false;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(const auto answer,
              analysis::calibrate_answer(arguments.path, arguments.options, interruption()));
  return print(arguments.json ? report::to_text(report::calibration_json(answer))
                              : report::calibration_text(answer, arguments.models));
}

}  // namespace

void add_calibrate(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "calibrate", "Skill, difficulty, tau and worth of feedback from tables of retries");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option(
          "file", arguments->path,
          "CSV with model,cases,solved_first,solved_within_two or model,pass_1,pass_2,... or "
          "model,task,trial,success; - for standard input")
      ->option_text("FILE.csv")
      ->required();
  verb->add_flag("--outcomes", arguments->options.outcomes,
                 "the file is a table of outcomes: task,<model>,... and its other forms");
  verb->add_option("--score", arguments->options.score,
                   "a column of the outcomes that is no model, as replay has it")
      ->option_text("COLUMN");
  verb->add_option("--group", arguments->options.group, "a fit for each value of this column")
      ->option_text("COLUMN");
  verb->add_flag("--held-out", arguments->options.held_out,
                 "how well each half of the tasks forecasts retries on the other half: log loss");
  verb->add_option("--check", arguments->options.check,
                   "how well the fit forecasts the retries of another table")
      ->option_text("OTHER.csv");
  verb->add_option("--seed", arguments->options.seed,
                   "seed of the resampling for pass^k tables and of the halves (default 1)")
      ->option_text("N");
  verb->add_flag("--models", arguments->models,
                 "list every model, and the feedback of each model or pair of models");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
