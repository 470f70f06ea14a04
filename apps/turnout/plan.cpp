#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "scenario_arguments.h"
#include "turnout/base/progress.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout plan examples/four-models.toml\n"
    "  turnout plan examples/hard-tasks.toml --depth 6 --json";

struct Arguments {
  ScenarioArguments scenario;
  std::size_t depth = 0;  // 0: not given
  std::size_t nodes = 0;  // 0: not given
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  analysis::PlanOptions options;
  if (arguments.depth > 0) options.depth = arguments.depth;
  if (arguments.nodes > 0) options.nodes = arguments.nodes;
  base::Progress progress("looking at partial plans", 0);
  TURNOUT_TRY(
      const auto answer,
      analysis::plan_answer(std::move(scenario), options,
                            {[&](std::size_t count) { progress.step(count); }, interruption()}));
  print_notes(answer.notes);
  return print(arguments.json ? report::to_text(report::plan_json(answer))
                              : report::plan_text(answer));
}

}  // namespace

void add_plan(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("plan",
                                      "The optimal escalation plan for any number of models: who "
                                      "serves attempt 1, 2, 3, ..., beside simpler plans");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--depth", arguments->depth,
                   "exactly D attempts are on offer, 1 to 64 (default: where failures are "
                   "informative as many as save something, at most 24, else no limit)")
      ->check(CLI::Range(std::size_t{1}, game::kDeepest))
      ->option_text("D");
  verb->add_option(
          "--nodes", arguments->nodes,
          "most partial plans to look at, 1 to 1e9 (default 2000000 with a depth, 100000 without)")
      ->check(CLI::Range(std::size_t{1}, analysis::kMostNodes))
      ->option_text("N");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
