#include "answer_verb.h"
#include "interruption.h"
#include "log_arguments.h"
#include "turnout/base/progress.h"
#include "turnout/report/fitting_reports.h"
#include "turnout/report/log_audit_report.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout audit examples/sonnet-4-opus-4.toml\n"
    "  turnout audit examples/sonnet-4-opus-4.toml --margin 0.05 --json\n"
    "  turnout audit examples/passes.jsonl.gz --ltv 40";

struct Arguments {
  ScenarioArguments scenario;
  LogArguments log;
  analysis::LogAuditOptions options;
  std::string margin = "0.01";
  bool json = false;
};

base::Result<ExitCode> audit_log(const Arguments& arguments) {
  TURNOUT_TRY(const auto selection, arguments.log.selection());
  TURNOUT_TRY(const auto log, arguments.log.open_log_or_record());
  base::Progress progress("reading passes", 0);
  const base::Watch watch{[&](std::size_t passes) { progress.step(passes); }, interruption()};
  TURNOUT_TRY(const auto answer,
              analysis::log_audit_answer(store::without_password(arguments.log.source()), log,
                                         selection, arguments.options, watch));
  return print_answer(answer, {report::log_audit_text, report::log_audit_json}, arguments.json);
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (!arguments.log.source().empty()) {
    if (arguments.scenario.empty()) return audit_log(arguments);
    return base::Error{base::ErrorCode::kMalformedInput, "give a log or a game, not both", "--log"};
  }
  analysis::AuditOptions options;
  TURNOUT_TRY(options.margin, option_number("--margin", arguments.margin));
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto answer, analysis::fitting_audit_answer(std::move(scenario), options));
  print_notes(report::notes_of(answer));
  return print(arguments.json ? report::to_text(report::fitting_json(answer))
                              : report::fitting_text(answer));
}

}  // namespace

void add_audit(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "audit", "Misalignment, throttling and remedies: is the provider against its users?");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--margin", arguments->margin,
                   "by how much a throttled latency exceeds the smallest that works (default 0.01)")
      ->option_text("SHARE");
  arguments->log.add_to(*verb, LogIs::kOption, false);
  verb->add_option("--ltv", arguments->options.lifetime_value,
                   "with --log: a customer's lifetime value in dollars")
      ->option_text("USD");
  verb->add_option("--alpha", arguments->options.alpha,
                   "with --log: probability of reporting a change of speed where there is none "
                   "(default 0.05)")
      ->option_text("SHARE");
  verb->add_option("--least", arguments->options.least,
                   "with --log: report no change of latency by less than this (default 0.05)")
      ->option_text("SHARE");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] {
    if (auto log = arguments->scenario.take_log()) arguments->log.set_source(*std::move(log));
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
