#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "log_arguments.h"
#include "turnout/base/output_file.h"
#include "turnout/report/estimate_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout estimate examples/passes.jsonl.gz --ltv 40\n"
    "  turnout estimate sqlite:passes.db --since 2026-11-01 --ltv 120 -o scenario.toml\n"
    "  turnout estimate examples/passes.jsonl.gz --feedback-odds 2 --json\n"
    "The scenario goes to turnout solve, plan, robust and audit.";

struct Arguments {
  LogArguments log;
  estimation::EstimateOptions options;
  double lifetime_value = 0;
  std::string output;
  bool population = false;
  bool json = false;
};

base::Status write_scenario(const analysis::EstimateAnswer& answer, const Arguments& arguments) {
  TURNOUT_TRY(const auto estimated, analysis::estimated_scenario(answer, arguments.population));
  TURNOUT_TRY(const auto text, scenario::write_scenario(estimated.scenario, estimated.comments));
  return base::write_file(arguments.output, text);
}

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(auto reading, arguments.log.read());
  TURNOUT_TRY(const auto answer,
              analysis::estimate_answer(arguments.log.source(), std::move(reading),
                                        arguments.options, interruption()));
  if (!arguments.output.empty()) TURNOUT_CHECK(write_scenario(answer, arguments));
  return print(arguments.json ? report::to_text(report::estimate_json(answer))
                              : report::estimate_text(answer));
}

}  // namespace

void add_estimate(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "estimate", "The game that a traffic log tells: values, intervals, bounds");
  auto arguments = std::make_shared<Arguments>();
  arguments->log.add_to(*verb, LogIs::kEither);
  auto* ltv =
      verb->add_option("--ltv", arguments->lifetime_value,
                       "a customer's lifetime value in dollars: P is that times the extra leaving")
          ->check(CLI::Range(0.0, 1e9))
          ->option_text("USD");
  verb->add_option("--feedback-odds", arguments->options.feedback_odds,
                   "feedback after leaving may be up to so many times as likely, or unlikely, as "
                   "after a success; "
                   "1 (default): equally likely")
      ->check(CLI::Range(1.0, 1000.0))
      ->option_text("RATIO");
  verb->add_option("-o,--output", arguments->output, "write the scenario to this file")
      ->option_text("FILE.toml");
  verb->add_flag("--population", arguments->population,
                 "write V as a lognormal over the users, not as its median");
  verb->add_option("--seed", arguments->options.seed, "seed of the posterior draws (default 1)")
      ->option_text("N");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, ltv, &chosen] {
    if (ltv->count() > 0) arguments->options.lifetime_value = arguments->lifetime_value;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
