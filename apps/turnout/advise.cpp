#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "log_arguments.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/report/advise_page.h"
#include "turnout/report/advise_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout advise examples/passes.jsonl.gz --ltv 40\n"
    "  turnout advise sqlite:passes.db --ltv 120 --json\n"
    "  turnout advise sqlite:passes.db --penalty 0.5 --in-force small,large\n"
    "  turnout advise sqlite:passes.db --ltv 40 -o policy.toml --page advice.html\n"
    "Without --ltv or --penalty it says for which lifetime values which policy is best.";

struct Arguments {
  LogArguments log;
  analysis::AdviseOptions options;
  double lifetime_value = 0, penalty = 0;
  std::string policy_file, page_file;
  bool json = false;
};

base::Result<analysis::AdviseAnswer> advise(const Arguments& arguments) {
  TURNOUT_TRY(auto reading, arguments.log.read());
  base::Progress progress("weighing", analysis::advice_steps(arguments.options));
  return analysis::advise_answer(
      store::without_password(arguments.log.source()), std::move(reading), arguments.options,
      {[&](std::size_t steps) { progress.step(steps); }, interruption()});
}

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(const auto answer, advise(arguments));
  if (!arguments.page_file.empty())
    TURNOUT_CHECK(base::write_file(arguments.page_file, report::advise_page(answer)));
  if (!arguments.policy_file.empty()) {
    if (answer.declined) {
      print_notes({"no policy was written: the data do not decide"});
    } else {
      TURNOUT_CHECK(base::write_file(arguments.policy_file, report::advise_toml(answer)));
    }
  }
  return print(arguments.json ? report::to_text(report::advise_json(answer))
                              : report::advise_text(answer));
}

}  // namespace

void add_advise(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "advise", "What to do, from a log: a policy, what it saves, what it rests on");
  auto arguments = std::make_shared<Arguments>();
  arguments->log.add_to(*verb, LogIs::kEither);
  auto* ltv =
      verb->add_option("--ltv", arguments->lifetime_value,
                       "a customer's lifetime value in dollars: P is that times the extra leaving")
          ->check(CLI::Range(0.0, 1e9))
          ->option_text("USD");
  auto* penalty =
      verb->add_option(
              "--penalty", arguments->penalty,
              "P itself: what an unsolved task costs in lost users, dollars; not with --ltv")
          ->check(CLI::Range(0.0, analysis::AdviseOptions::kMostDollars))
          ->option_text("USD");
  verb->add_option("--in-force", arguments->options.in_force,
                   "what the advice is compared with (default: what the log's policies did)")
      ->option_text("POLICY");
  verb->add_option("-o,--output", arguments->policy_file, "write the policy to a file (TOML)")
      ->option_text("FILE");
  verb->add_option("--page", arguments->page_file, "write a page to print or send (HTML)")
      ->option_text("FILE");
  verb->add_option("--draws", arguments->options.draws,
                   "worlds to weigh, 100 to 10000 (default 1200)")
      ->option_text("N");
  verb->add_option("--seed", arguments->options.seed, "seed of the posterior draws (default 1)")
      ->option_text("N");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, ltv, penalty, &chosen] {
    if (ltv->count() > 0) arguments->options.lifetime_value = arguments->lifetime_value;
    if (penalty->count() > 0) arguments->options.penalty = arguments->penalty;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
