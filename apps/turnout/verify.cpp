#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "interruption.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/control/next_policy.h"
#include "turnout/report/closed_loop_report.h"
#include "turnout/report/coverage_report.h"
#include "turnout/report/ledger_report.h"
#include "turnout/report/slowdown_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout verify\n"
    "  turnout verify --games 5000 --seed 7 --ledger ledger.md\n"
    "  turnout verify --coverage 100\n"
    "  turnout verify --slowdowns 200\n"
    "  turnout verify --closed-loop --worlds 40\n"
    "Exit code 3 if a statement fails that is not known to fail.";

struct Arguments {
  verification::VerifyOptions options;
  std::string ledger;
  std::size_t coverage = 0;
  std::size_t slowdowns = 0;
  bool closed_loop = false;
  verification::ClosedLoopOptions loop;
  bool json = false;
};

/// Estimates from simulated logs against the truth that made them.
base::Result<ExitCode> cover(const Arguments& arguments) {
  verification::CoverageOptions options;
  options.logs = arguments.coverage;
  options.seed = arguments.options.seed;
  base::Progress progress("estimating from simulated logs", verification::coverage_logs(options));
  TURNOUT_TRY(const auto answer,
              verification::coverage_answer(
                  options, {[&](std::size_t logs) { progress.step(logs); }, interruption()}));
  return print(arguments.json ? report::to_text(report::coverage_json(answer))
                              : report::coverage_markdown(answer));
}

/// Slow-downs, found and invented, in simulated logs.
base::Result<ExitCode> search_slowdowns(const Arguments& arguments) {
  const verification::SlowdownOptions options{arguments.slowdowns, arguments.options.seed};
  base::Progress progress("auditing simulated logs", verification::kSpeedSettings * options.logs);
  TURNOUT_TRY(const auto answer,
              verification::slowdown_answer(
                  options, {[&](std::size_t logs) { progress.step(logs); }, interruption()}));
  return print(arguments.json ? report::to_text(report::slowdown_json(answer))
                              : report::slowdown_markdown(answer));
}

/// Fewer than `turnout serve` takes: what is chosen hardly differs, and a turn takes a third of the time.
constexpr std::size_t kJudgedDraws = 200;

/// What is judged: what `turnout serve` asks for when it is to change its policy by itself.
base::Result<verification::LoopStep> ask_control(const verification::LoopTurn& turn) {
  control::Evidence evidence;
  evidence.source = turn.source;
  evidence.penalty = turn.penalty;
  evidence.draws = kJudgedDraws;
  control::GuardRails rails;
  rails.largest_step = std::numeric_limits<double>::infinity();  // a person who always agrees
  TURNOUT_TRY(auto step,
              control::next_policy(evidence, turn.models, turn.in_force, rails, turn.watch));
  verification::LoopStep next{std::move(step.policy), {}, {}};
  if (step.advice) next.settled = step.advice->policy;
  for (const auto& reason : step.reasons) next.reason += (next.reason.empty() ? "" : " ") + reason;
  return next;
}

base::Result<ExitCode> close_the_loop(const Arguments& arguments) {
  verification::ClosedLoopOptions options = arguments.loop;
  options.seed = arguments.options.seed;
  base::Progress progress("serving worlds", options.worlds);
  TURNOUT_TRY(const auto answer,
              verification::closed_loop_answer(
                  options, ask_control,
                  {[&](std::size_t worlds) { progress.step(worlds); }, interruption()}));
  return print(arguments.json ? report::to_text(report::closed_loop_json(answer))
                              : report::closed_loop_markdown(answer));
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (arguments.closed_loop) return close_the_loop(arguments);
  if (arguments.coverage > 0) return cover(arguments);
  if (arguments.slowdowns > 0) return search_slowdowns(arguments);
  // Opened first: a minute of work should not end in a path that cannot be written.
  std::optional<base::OutputFile> page;
  if (!arguments.ledger.empty()) {
    TURNOUT_TRY(auto file, base::OutputFile::create(arguments.ledger));
    page.emplace(std::move(file));
  }
  base::Progress progress("verifying", verification::expected_games(arguments.options.games));
  TURNOUT_TRY(
      const auto ledger,
      verification::verify_answer(
          arguments.options, {[&](std::size_t games) { progress.step(games); }, interruption()}));
  if (page) {
    TURNOUT_CHECK(page->write(report::ledger_markdown(ledger)).and_then([&](base::Done) {
      return page->commit();
    }));
  }
  TURNOUT_CHECK(print(arguments.json ? report::to_text(report::ledger_json(ledger))
                                     : report::ledger_text(ledger)));
  return ledger.failed() ? ExitCode::kClaimFailed : ExitCode::kDone;
}

}  // namespace

void add_verify(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "verify", "Hold every claim of the theory against brute force and simulation");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option(
          "--games", arguments->options.games,
          "games per statement, 1 to 1000000 (default 300); rates use up to 400 times as many")
      ->check(CLI::Range(std::size_t{1}, verification::VerifyOptions::kMostGames))
      ->option_text("N");
  verb->add_option("--seed", arguments->options.seed, "seed of the random games (default 1)")
      ->option_text("S");
  verb->add_option("--coverage", arguments->coverage,
                   "instead: whether intervals of estimate and evaluate from N simulated logs a "
                   "setting hold the truth, 1 to 100000")
      ->check(CLI::Range(std::size_t{1}, verification::CoverageOptions::kMostLogs))
      ->option_text("N");
  verb->add_option(
          "--slowdowns", arguments->slowdowns,
          "instead: false alarms and power of audit --log on N simulated logs a setting, 1 "
          "to 100000")
      ->check(CLI::Range(std::size_t{1}, verification::SlowdownOptions::kMostLogs))
      ->option_text("N");
  auto* loop =
      verb->add_flag("--closed-loop", arguments->closed_loop,
                     "instead: what the control loop costs on simulated traffic, beside the "
                     "optimum and other routers");
  verb->add_option("--tasks", arguments->loop.tasks,
                   "of --closed-loop, tasks of a world, 1000 to 1000000 (default 20000)")
      ->check(CLI::Range(verification::ClosedLoopOptions::kLeastTasks,
                         verification::ClosedLoopOptions::kMostTasks))
      ->needs(loop)
      ->option_text("N");
  verb->add_option("--worlds", arguments->loop.worlds, "of --closed-loop, 1 to 10000 (default 20)")
      ->check(CLI::Range(std::size_t{1}, verification::ClosedLoopOptions::kMostWorlds))
      ->needs(loop)
      ->option_text("N");
  verb->add_option("--ledger", arguments->ledger, "also write the ledger as a page")
      ->option_text("FILE.md");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
