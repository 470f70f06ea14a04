#include "turnout/report/response_report.h"

#include "answer_verb.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout response examples/gpt-4.1.toml --points 11\n"
    "  turnout response examples/gpt-4.1.toml --csv > response.csv";

struct Arguments {
  ScenarioArguments scenario;
  analysis::ResponseOptions options;
  bool csv = false;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto answer, analysis::response_answer(std::move(scenario), arguments.options));
  const auto text = arguments.csv ? report::response_csv : report::response_text;
  return print_answer(answer, {text, report::response_json}, arguments.json);
}

}  // namespace

void add_response(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "response", "The user's best response and both payoffs as functions of s");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--points", arguments->options.points,
                   "number of equally spaced s, 2 to 1000000 (default 21)")
      ->option_text("N");
  auto* csv = verb->add_flag("--csv", arguments->csv, "print CSV");
  verb->add_flag("--json", arguments->json, "print JSON")->excludes(csv);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
