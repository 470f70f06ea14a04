#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "log_arguments.h"
#include "turnout/base/progress.h"
#include "turnout/report/evaluate_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout evaluate examples/explored.jsonl.gz --policy mini,mini,large --penalty 5\n"
    "  turnout evaluate sqlite:passes.db --policy large --json\n"
    "The log's policies must draw their models (turnout simulate --policy explore:0.2/...) and log "
    "the probabilities.";

struct Arguments {
  LogArguments log;
  analysis::EvaluateOptions evaluate;
  double penalty = 0;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(const auto selection, arguments.log.selection());
  TURNOUT_TRY(const auto log, arguments.log.open());
  base::Progress progress("evaluating", 0);
  TURNOUT_TRY(const auto answer,
              analysis::evaluate_answer(
                  log, selection, arguments.evaluate,
                  {[&](std::size_t passes) { progress.step(passes); }, interruption()}));
  print_notes(answer.notes);
  return print(arguments.json ? report::to_text(report::evaluate_json(answer))
                              : report::evaluate_text(answer));
}

}  // namespace

void add_evaluate(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "evaluate", "What another policy would have come to, from logged propensities");
  auto arguments = std::make_shared<Arguments>();
  arguments->log.add_to(*verb, LogIs::kEither);
  verb->add_option("--policy", arguments->evaluate.policy,
                   "the policy, as in turnout simulate --help")
      ->option_text("POLICY")
      ->required();
  auto* penalty = verb->add_option("--penalty", arguments->penalty,
                                   "P, what an unsolved task costs: J is given too")
                      ->check(CLI::Range(0.0, 1e9))
                      ->option_text("P");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, penalty, &chosen] {
    if (penalty->count() > 0) arguments->evaluate.penalty = arguments->penalty;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
