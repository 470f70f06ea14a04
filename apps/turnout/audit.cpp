#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "log_arguments.h"
#include "scenario_arguments.h"
#include "turnout/base/progress.h"
#include "turnout/estimation/store_statistics.h"
#include "turnout/report/audit_report.h"
#include "turnout/report/log_audit_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

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
  double lifetime_value = -1;  // not given
  double alpha = 0.05;
  std::string margin = "0.01";
  bool json = false;
};

/// Days, or shorter periods where the log spans few of them.
std::int64_t period_of(const store::StoreSize& size) {
  constexpr std::int64_t kDay = 86'400'000'000;
  constexpr std::int64_t kMinute = 60'000'000;
  constexpr std::int64_t kPeriods = 40;
  const std::int64_t span = size.last_us.value_or(0) - size.first_us.value_or(0);
  return span >= 20 * kDay ? kDay : std::max(kMinute, span / kPeriods);
}

base::Result<ExitCode> audit_log(const Arguments& arguments) {
  TURNOUT_TRY(estimation::LogSelection selection, arguments.log.selection());
  TURNOUT_TRY(const mapping::OpenLog log, arguments.log.open());
  TURNOUT_TRY(auto size, log.store->size());
  selection.period_us = period_of(size);
  base::Progress progress("reading passes", 0);
  TURNOUT_TRY(auto statistics,
              estimation::store_statistics(
                  *log.store, selection,
                  {[&](std::size_t passes) { progress.step(passes); }, interruption()}));
  estimation::EstimateOptions options;
  if (arguments.lifetime_value >= 0) options.lifetime_value = arguments.lifetime_value;
  const std::string source = store::without_password(arguments.log.source());
  TURNOUT_TRY(auto estimate, estimation::estimate(statistics, options).within(source));
  auto speed = estimation::find_speed_changes(statistics, selection.period_us, arguments.alpha,
                                              options.seed);
  const report::LogAudit audit{{source, {std::move(statistics), log.import}, std::move(estimate)},
                               arguments.alpha,
                               std::move(speed)};
  return print(arguments.json ? report::to_text(report::log_audit_json(audit))
                              : report::log_audit_text(audit));
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (!arguments.log.source().empty()) {
    if (arguments.scenario.empty()) return audit_log(arguments);
    return base::Error{base::ErrorCode::kMalformedInput, "give a log or a game, not both", "--log"};
  }
  TURNOUT_TRY(auto margin, option_number("--margin", arguments.margin));
  if (!(margin >= 0 && margin <= 1000)) {
    return base::Error{base::ErrorCode::kInvalidValue, arguments.margin + " must be from 0 to 1000",
                       "--margin"};
  }
  TURNOUT_TRY(auto scenario, arguments.scenario.read_paper_game("audit"));
  return print(arguments.json ? report::to_text(report::audit_json(scenario, margin))
                              : report::audit_text(scenario, margin));
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
  verb->add_option("--ltv", arguments->lifetime_value,
                   "with --log: a customer's lifetime value in dollars")
      ->check(CLI::Range(0.0, 1e9))
      ->option_text("USD");
  verb->add_option(
          "--alpha", arguments->alpha,
          "with --log: probability of reporting a slowdown where there is none (default 0.05)")
      ->check(CLI::Range(0.001, 0.5))
      ->option_text("SHARE");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] {
    if (auto log = arguments->scenario.take_log()) arguments->log.set_source(*std::move(log));
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
