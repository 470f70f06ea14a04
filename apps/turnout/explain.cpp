#include <memory>
#include <nlohmann/json.hpp>

#include "scenario_arguments.h"
#include "turnout/report/explain_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout explain examples/gpt-4.1.toml\n"
    "  turnout explain examples/gpt-4.1.toml --json";

struct Arguments {
  ScenarioArguments scenario;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read_paper_game("explain"));
  return print(arguments.json ? report::to_text(report::explain_json(scenario))
                              : report::explain_text(scenario));
}

}  // namespace

void add_explain(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "explain", "The decision rule that applied, and how far the nearest change of policy is");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
