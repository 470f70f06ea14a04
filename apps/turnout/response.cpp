#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenario_arguments.h"
#include "turnout/report/response_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout response examples/gpt-4.1.toml --points 11\n"
    "  turnout response examples/gpt-4.1.toml --csv > response.csv";

struct Arguments {
  ScenarioArguments scenario;
  std::size_t points = 21;
  bool csv = false;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(scenario::Scenario described, arguments.scenario.read_as_paper_game());
  described.knows.reset();  // all three kinds of users are shown, whichever the scenario says
  TURNOUT_TRY(auto scenario, scenario::paper_game(described, "response"));
  const auto curve = report::response_curve(scenario.game, arguments.points);
  if (arguments.csv) return print(report::response_csv(curve));
  if (arguments.json) return print(report::to_text(report::response_json(scenario, curve)));
  return print(report::response_text(scenario, curve));
}

}  // namespace

void add_response(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "response", "The user's best response and both payoffs as functions of s");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--points", arguments->points,
                   "number of equally spaced s, 2 to 1000000 (default 21)")
      ->check(CLI::Range(2, 1'000'000))
      ->option_text("N");
  auto* csv = verb->add_flag("--csv", arguments->csv, "print CSV");
  verb->add_flag("--json", arguments->json, "print JSON")->excludes(csv);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
