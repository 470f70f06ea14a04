#include "turnout/report/transparency_report.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "scenario_arguments.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout transparency examples/grok-3-mini-gpt-5.toml\n"
    "  turnout transparency --value 12 --penalty 4 --p1 0.45 --t1 3 --c1 0.4 --p2 0.8 --t2 9 --c2 "
    "2 --json";

struct Arguments {
  ScenarioArguments scenario;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto answer, analysis::transparency_answer(std::move(scenario)));
  print_notes(answer.paper.notes);
  return print(arguments.json ? report::to_text(report::transparency_json(answer))
                              : report::transparency_text(answer));
}

}  // namespace

void add_transparency(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("transparency",
                                      "The Nash equilibria if users cannot see the policy, and "
                                      "what publishing it is worth to each side");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
