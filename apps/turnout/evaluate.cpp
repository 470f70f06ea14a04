#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "interruption.h"
#include "log_arguments.h"
#include "turnout/base/progress.h"
#include "turnout/estimation/store_statistics.h"
#include "turnout/report/off_policy_report.h"
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
  std::string policy;
  double penalty = 0;
  bool with_penalty = false;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(estimation::LogSelection selection, arguments.log.selection());
  TURNOUT_TRY(const mapping::OpenLog log, arguments.log.open());
  TURNOUT_TRY(auto size, log.store->size());
  // Tasks that began in the last window may go on yet: what they came to is not known.
  const std::int64_t settled = size.last_us.value_or(0) - selection.window_us;
  selection.until_us = std::min(selection.until_us.value_or(settled), settled);
  base::Progress progress("evaluating", 0);
  const auto on_passes = [&](std::size_t passes) { progress.step(passes); };
  TURNOUT_TRY(auto statistics,
              estimation::store_statistics(*log.store, selection, {on_passes, interruption()}));
  std::set<std::string> names;
  for (const auto& [key, counts] : statistics.paths)
    names.insert(key.models.begin(), key.models.end());
  const std::vector<std::string> models(names.begin(), names.end());
  TURNOUT_TRY(auto policy, policy::RoutingPolicy::parse(arguments.policy, models));
  estimation::OffPolicyEvaluator evaluator(statistics, policy, models);
  estimation::TaskSelector selected(selection);
  TURNOUT_CHECK(log.store->for_each([&](const traffic::Pass& pass) {
    if (selected.takes(pass)) evaluator.add(pass);
    return true;
  }));
  TURNOUT_TRY(auto answer, evaluator.finish().within("--policy"));
  const auto penalty = arguments.with_penalty ? std::optional(arguments.penalty) : std::nullopt;
  return print(arguments.json
                   ? report::to_text(report::off_policy_json(arguments.policy, answer, penalty))
                   : report::off_policy_text(arguments.policy, answer, penalty));
}

}  // namespace

void add_evaluate(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "evaluate", "What another policy would have come to, from logged propensities");
  auto arguments = std::make_shared<Arguments>();
  arguments->log.add_to(*verb, LogIs::kEither);
  verb->add_option("--policy", arguments->policy, "the policy, as in turnout simulate --help")
      ->option_text("POLICY")
      ->required();
  auto* penalty = verb->add_option("--penalty", arguments->penalty,
                                   "P, what an unsolved task costs: J is given too")
                      ->check(CLI::Range(0.0, 1e9))
                      ->option_text("P");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, penalty, &chosen] {
    arguments->with_penalty = penalty->count() > 0;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
