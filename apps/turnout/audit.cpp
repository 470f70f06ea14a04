#include <memory>
#include <nlohmann/json.hpp>

#include "scenario_arguments.h"
#include "turnout/report/audit_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout audit examples/sonnet-4-opus-4.toml\n"
    "  turnout audit examples/sonnet-4-opus-4.toml --margin 0.05 --json";

struct Arguments {
  ScenarioArguments scenario;
  std::string margin = "0.01";
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  auto margin = option_number("--margin", arguments.margin);
  if (!margin) return margin.error();
  if (!(*margin >= 0 && *margin <= 1000)) {
    return base::Error{base::ErrorCode::kInvalidValue, arguments.margin + " must be from 0 to 1000", "--margin"};
  }
  auto scenario = arguments.scenario.read_paper_game("audit");
  if (!scenario) return scenario.error();
  return print(arguments.json ? report::to_text(report::audit_json(*scenario, *margin))
                              : report::audit_text(*scenario, *margin));
}

}  // namespace

void add_audit(CLI::App& program, Action& chosen) {
  auto* verb =
      program.add_subcommand("audit", "Misalignment, throttling and remedies: is the provider against its users?");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--margin", arguments->margin,
                   "by how much a throttled latency exceeds the smallest that works (default 0.01)")
      ->option_text("SHARE");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
