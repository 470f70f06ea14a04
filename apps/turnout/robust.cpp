#include "turnout/report/robust_report.h"

#include "answer_verb.h"
#include "interruption.h"
#include "turnout/analysis/plan_answer.h"
#include "turnout/base/progress.h"
#include "turnout/report/regret_report.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout robust examples/uncertain.toml\n"
    "  turnout robust examples/uncertain-four-models.toml --draws 5000 --json\n"
    "  turnout robust examples/ranges.toml --regret\n"
    "In the scenario a number may be {mean = 0.4, lo = 0.3, hi = 0.5}, a success also {successes = "
    "40, trials = 100}; for --regret {lo = 0.3, hi = 0.5}.";

struct Arguments {
  ScenarioArguments scenario;
  analysis::RobustOptions options;
  std::size_t depth = 0;  // 0: not given
  std::size_t nodes = 0;  // 0: not given
  bool regret = false;
  bool json = false;
};

template <class Answer>
base::Result<ExitCode> print_with_notes(const Answer& answer, const Shown<Answer>& shown,
                                        bool json) {
  print_notes(answer.notes);
  return print_answer(answer, shown, json);
}

base::Result<ExitCode> run(Arguments arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read(scenario::Ranges::kTaken));
  auto& options = arguments.options;
  if (arguments.depth > 0) options.depth = arguments.depth;
  if (arguments.nodes > 0) options.nodes = arguments.nodes;
  base::Progress progress("looking at games and partial plans", 0);
  const base::Watch watch{[&](std::size_t count) { progress.step(count); }, interruption()};
  if (arguments.regret) {
    analysis::RegretOptions regret;
    regret.seed = options.seed;
    regret.depth = options.depth;
    regret.nodes = options.nodes;
    TURNOUT_TRY(const auto answer, analysis::regret_answer(std::move(scenario), regret, watch));
    return print_with_notes(answer, {report::regret_text, report::regret_json}, arguments.json);
  }
  TURNOUT_TRY(const auto answer, analysis::robust_answer(std::move(scenario), options, watch));
  return print_with_notes(answer, {report::robust_text, report::robust_json}, arguments.json);
}

}  // namespace

void add_robust(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "robust",
      "The plan with least expected cost, or least regret, when the game is not known exactly");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  auto* draws = verb->add_option("--draws", arguments->options.draws,
                                 "draws from the posterior, 100 to 100000 (default 1000)")
                    ->option_text("N");
  verb->add_flag("--regret", arguments->regret,
                 "numbers are ranges, of which nobody says what is likely: the plan whose greatest "
                 "regret is least")
      ->excludes(draws);
  verb->add_option("--seed", arguments->options.seed, "seed of the draws (default 1)")
      ->option_text("N");
  verb->add_option("--depth", arguments->depth,
                   "exactly D attempts are on offer, 1 to 64 (default: as many as save something, "
                   "at most 24)")
      ->check(CLI::Range(std::size_t{1}, game::kDeepest))
      ->option_text("D");
  verb->add_option("--nodes", arguments->nodes,
                   "most partial plans to look at, 1 to 1e9 (default: some seconds' worth)")
      ->check(CLI::Range(std::size_t{1}, analysis::kMostNodes))
      ->option_text("N");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
