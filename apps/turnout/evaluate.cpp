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
    "  turnout evaluate examples/passes.jsonl.gz --policy mini,large --ltv 40\n"
    "The log's policies must draw their models (turnout simulate --policy explore:0.2/...), and "
    "best "
    "log the probabilities.";

struct Arguments {
  LogArguments log;
  analysis::EvaluateOptions evaluate;
  double penalty = 0, lifetime_value = 0;
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
      "evaluate",
      "What another policy would have come to, from tasks that it would have served so");
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
  auto* worth = verb->add_option("--ltv", arguments->lifetime_value,
                                 "instead: what a customer is worth, in dollars; P comes from who "
                                 "never came back")
                    ->check(CLI::Range(0.0, 1e9))
                    ->option_text("USD");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, penalty, worth, &chosen] {
    if (penalty->count() > 0) arguments->evaluate.penalty = arguments->penalty;
    if (worth->count() > 0) arguments->evaluate.lifetime_value = arguments->lifetime_value;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
