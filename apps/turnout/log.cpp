#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "interruption.h"
#include "log_arguments.h"
#include "turnout/analysis/log_summaries.h"
#include "turnout/base/number_text.h"
#include "turnout/base/progress.h"
#include "turnout/report/log_prune_report.h"
#include "turnout/report/log_report.h"
#include "turnout/report/log_summaries_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/store/pass_store.h"
#include "turnout/traffic/pass_writer.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout log stats examples/passes.jsonl.gz\n"
    "  turnout log check sqlite:passes.db --json\n"
    "  turnout log tail sqlite:passes.db --count 5\n"
    "  turnout log prune sqlite:passes.db --before 2026-01-01 --dry-run\n"
    "  turnout log summarise sqlite:passes.db\n"
    "  turnout log map langfuse";

constexpr const char* kStores = "sqlite:FILE, postgres://... or clickhouse://...";

struct Arguments {
  LogArguments log;
  std::string store, before;
  std::size_t count = 10;
  analysis::SummariseOptions summaries;
  bool dry_run = false;
  bool yes = false;
  bool json = false;
};

base::Result<ExitCode> stats(const Arguments& arguments) {
  TURNOUT_TRY(const auto reading, arguments.log.read());
  return print(arguments.json ? report::to_text(report::log_stats_json(reading))
                              : report::statistics_text(reading.statistics));
}

/// Everything that is wrong with a log; exit code 3 if anything is.
base::Result<ExitCode> check(const Arguments& arguments) {
  TURNOUT_TRY(auto reading, arguments.log.read());
  const auto answer = analysis::log_check_answer(std::move(reading));
  TURNOUT_CHECK(print(arguments.json ? report::to_text(report::log_check_json(answer))
                                     : report::log_check_text(answer)));
  return answer.clean ? ExitCode::kDone : ExitCode::kClaimFailed;
}

base::Result<std::unique_ptr<store::PassStore>> open(const std::string& name,
                                                     store::Access access) {
  if (store::is_store(name)) return store::open_store(name, access, interruption());
  return base::Error{
      base::ErrorCode::kMalformedInput,
      base::in_quotes(name) + " must be sqlite:FILE, postgres://... or clickhouse://...", "STORE"};
}

base::Result<ExitCode> show_map(const Arguments& arguments) {
  const auto text = mapping::row_map_text(arguments.store);
  if (!text.empty()) return print(std::string(text));
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} must be one of {}", base::in_quotes(arguments.store),
                                 fmt::join(mapping::row_map_names(), ", ")),
                     "NAME"};
}

base::Result<ExitCode> create(const Arguments& arguments) {
  if (!store::is_store(arguments.store)) return open(arguments.store, store::Access::kRead).error();
  TURNOUT_TRY(auto store,
              store::open_store(arguments.store, store::Access::kCreate, interruption()));
  return print(fmt::format("{} is ready\n", store->name()));
}

base::Result<ExitCode> tail(const Arguments& arguments) {
  TURNOUT_TRY(auto store, open(arguments.store, store::Access::kRead));
  TURNOUT_TRY(auto passes, store->tail(arguments.count));
  std::string text;
  for (const auto& pass : passes) traffic::append_json(text, pass);
  return print(text);
}

/// @returns whether the deletion is wanted: by --yes, or by an answer on the terminal.
base::Result<bool> wants(const Arguments& arguments, const analysis::LogPrune& plan) {
  if (arguments.yes || plan.chosen.passes == 0) return true;
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       fmt::format("is needed to delete {} passes of {} tasks with no terminal to "
                                   "ask on (--dry-run shows what goes)",
                                   plan.chosen.passes, plan.chosen.tasks),
                       "--yes"};
  }
  fmt::print(stderr, "{}", report::log_prune_question(plan));
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

base::Result<ExitCode> prune(const Arguments& arguments) {
  TURNOUT_TRY(auto before, option_time("--before", arguments.before));
  const auto access = arguments.dry_run ? store::Access::kRead : store::Access::kWrite;
  TURNOUT_TRY(auto store, open(arguments.store, access));
  TURNOUT_TRY(auto answer, analysis::plan_log_prune(*store, before));
  TURNOUT_TRY(const bool wanted, arguments.dry_run ? false : wants(arguments, answer));
  if (wanted) {
    TURNOUT_TRY(answer, analysis::prune_log(*store, std::move(answer)));
  }
  return print(arguments.json ? report::to_text(report::log_prune_json(answer))
                              : report::log_prune_text(answer));
}

base::Result<ExitCode> summarise(const Arguments& arguments) {
  TURNOUT_TRY(auto store, open(arguments.store, store::Access::kWrite));
  base::Progress progress("summarising days", 0);
  TURNOUT_TRY(
      const auto answer,
      analysis::summarise_log(*store, arguments.summaries,
                              {[&](std::size_t days) { progress.step(days); }, interruption()}));
  return print(arguments.json ? report::to_text(report::log_summaries_json(answer))
                              : report::log_summaries_text(answer));
}

}  // namespace

void add_log(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "log", "Look at a log of passes: stats, check, tail, prune, summarise, create, map");
  verb->require_subcommand(1);
  verb->footer(kExamples);
  auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* what,
                       base::Result<ExitCode> (*action)(const Arguments&)) {
    auto* part = verb->add_subcommand(name, what);
    part->callback([arguments, action, &chosen] {
      chosen = [arguments, action] { return action(*arguments); };
    });
    return part;
  };
  arguments->log.add_to(
      *add("stats", "Passes, tasks, times, and how the passes of each model ended", stats),
      LogIs::kArgument);
  arguments->log.add_to(
      *add("check", "Rows that are no passes or contradict each other; exit code 3 if any", check),
      LogIs::kArgument);
  for (auto* part : verb->get_subcommands({})) add_output_options(*part, arguments->json);
  add("map", "Print a map of another program's log, to be copied and changed", show_map)
      ->add_option("name", arguments->store,
                   fmt::format("{}", fmt::join(mapping::row_map_names(), ", ")))
      ->option_text("NAME")
      ->required();
  add("create", "Make a store's tables, or bring them up to date; import does so too", create)
      ->add_option("store", arguments->store, kStores)
      ->option_text("STORE")
      ->required();
  auto* last = add("tail", "The passes that started last, as JSON Lines", tail);
  last->add_option("store", arguments->store, kStores)->option_text("STORE")->required();
  last->add_option("--count", arguments->count, "how many, 1 to 1000000 (default 10)")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("N");
  auto* old = add("prune", "Delete the tasks that began before a time, whole", prune);
  old->add_option("store", arguments->store, kStores)->option_text("STORE")->required();
  add_output_options(*old, arguments->json);
  old->add_option("--before", arguments->before, "a day or a time")
      ->option_text("TIME")
      ->required();
  old->add_flag("--dry-run", arguments->dry_run, "say what would be deleted, and delete nothing");
  old->add_flag("--yes", arguments->yes, "do not ask; needed where there is no terminal to ask on");
  auto* closed =
      add("summarise", "Keep sums of closed days, from which estimates from a long log are quick",
          summarise);
  closed->add_option("store", arguments->store, kStores)->option_text("STORE")->required();
  add_output_options(*closed, arguments->json);
  closed
      ->add_option("--window", arguments->summaries.window_s,
                   "seconds within which a user comes back to a task (default 3600)")
      ->check(CLI::Range(0.0, 1e9))
      ->option_text("SECONDS");
  auto* again = closed->add_flag("--again", arguments->summaries.again, "make all summaries anew");
  closed
      ->add_flag("--stop", arguments->summaries.stop,
                 "forget all summaries, and keep none any more")
      ->excludes(again);
}

}  // namespace turnout::program
