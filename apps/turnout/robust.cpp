#include "turnout/report/robust_report.h"

#include "answer_verb.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout robust examples/uncertain.toml\n"
    "  turnout robust examples/uncertain.toml --draws 5000 --json\n"
    "In the scenario a number may be {mean = 0.4, lo = 0.3, hi = 0.5}, a success also {successes = "
    "40, trials = 100}.";

struct Arguments {
  ScenarioArguments scenario;
  analysis::RobustOptions options;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto answer, analysis::robust_answer(std::move(scenario), arguments.options));
  return print_answer(answer, {report::robust_text, report::robust_json}, arguments.json);
}

}  // namespace

void add_robust(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "robust", "The policy with least expected cost when the game is not known exactly");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--draws", arguments->options.draws,
                   "draws from the posterior, 100 to 100000 (default 1000)")
      ->option_text("N");
  verb->add_option("--seed", arguments->options.seed, "seed of the draws (default 1)")
      ->option_text("N");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
