#include <memory>
#include <nlohmann/json.hpp>

#include "interruption.h"
#include "scenario_arguments.h"
#include "turnout/report/catalog_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout catalog catalog/aider_polyglot.csv\n"
    "  turnout catalog catalog/aider_edit.csv --value 2 --value-of-time 0.01 --penalty 0.2 --top "
    "10\n"
    "  turnout catalog mine.csv --columns success=p_first --columns cost=usd --pairs --json\n"
    "V, the value of time and P are in no catalogue: those assumed suit dollars and seconds.";

struct Arguments {
  std::string path;
  std::string value, value_of_time, penalty;  // as written; empty where absent
  std::vector<std::string> columns;
  std::size_t top = 5;
  bool pairs = false;
  bool json = false;
};

base::Result<double> in_range(const char* option, const std::string& text, game::Quantity quantity,
                              double assumed) {
  if (text.empty()) return assumed;
  auto number = option_number(option, text);
  if (!number) return number.error();
  TURNOUT_CHECK(game::check(quantity, *number).within(option));
  return number;
}

base::Result<ExitCode> run(const Arguments& arguments) {
  analysis::CatalogOptions options;
  TURNOUT_TRY(options.user.value,
              in_range("--value", arguments.value, game::Quantity::kValue, options.user.value));
  TURNOUT_TRY(options.user.value_of_time,
              in_range("--value-of-time", arguments.value_of_time, game::Quantity::kValueOfTime,
                       options.user.value_of_time));
  TURNOUT_TRY(options.provider.churn_penalty,
              in_range("--penalty", arguments.penalty, game::Quantity::kChurnPenalty,
                       options.provider.churn_penalty));
  TURNOUT_TRY(options.columns, analysis::catalog_columns(arguments.columns));
  options.top = arguments.top;
  TURNOUT_TRY(const auto answer, analysis::catalog_answer(arguments.path, options, interruption()));
  return print(arguments.json ? report::to_text(report::catalog_json(answer, arguments.pairs))
                              : report::catalog_text(answer, arguments.pairs));
}

}  // namespace

void add_catalog(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "catalog", "The equilibrium of every ordered pair of models of a catalogue");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("file", arguments->path,
                   "CSV with the columns model, success, latency, cost; - for standard input")
      ->option_text("FILE.csv")
      ->required();
  verb->add_option("--value", arguments->value,
                   "V, what a solved task is worth to the user (assumed: 1)")
      ->option_text("NUMBER");
  verb->add_option("--value-of-time", arguments->value_of_time,
                   "worth of one unit of latency in V's unit (assumed: 0.005)")
      ->option_text("NUMBER");
  verb->add_option("--penalty", arguments->penalty,
                   "P, what an unsolved task costs the provider (assumed: 0.1)")
      ->option_text("NUMBER");
  verb->add_option("--columns", arguments->columns,
                   "read KEY (model, success, latency or cost) from another column")
      ->option_text("KEY=COLUMN")
      ->expected(1)
      ->take_all();
  verb->add_option("--top", arguments->top,
                   "how many of the worst disagreements to list (default 5)")
      ->check(CLI::Range(0, 1'000'000))
      ->option_text("N");
  verb->add_flag("--pairs", arguments->pairs, "list every ordered pair");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
