#include "answer_verb.h"
#include "turnout/report/fitting_reports.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout explain examples/gpt-4.1.toml\n"
    "  turnout explain examples/gpt-4.1.toml --json\n"
    "  turnout explain examples/four-models.toml --set user.participates=true";

struct Arguments {
  ScenarioArguments scenario;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto answer, analysis::fitting_explain_answer(std::move(scenario)));
  print_notes(report::notes_of(answer));
  return print(arguments.json ? report::to_text(report::fitting_json(answer))
                              : report::fitting_text(answer));
}

}  // namespace

void add_explain(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "explain", "The decision rule that applied, and how far the nearest change of policy is");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
