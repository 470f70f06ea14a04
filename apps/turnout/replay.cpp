#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "scenario_arguments.h"
#include "turnout/base/progress.h"
#include "turnout/game/belief_plan.h"
#include "turnout/report/replay_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/scenario/scenario_setting.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout replay catalog/outcomes/gsm8k.csv examples/gsm8k.toml\n"
    "  turnout replay outcomes.csv scenario.toml --score difficulty --splits 50 --json\n"
    "  turnout replay catalog/outcomes/gsm8k.csv --score prompt_chars --random\n"
    "The scenario gives V, P, latencies and costs; success comes from the outcomes, under the "
    "models' names.";

struct Arguments {
  std::string outcomes;
  std::string scenario;
  std::vector<std::string> settings;
  std::string score;
  std::size_t random = 0;
  analysis::ReplayOptions options;
  bool json = false;
};

base::Result<ExitCode> random_games(const Arguments& arguments) {
  if (!arguments.scenario.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput, "draws its own games, give no scenario",
                       "--random"};
  }
  base::Progress progress("replaying", arguments.random);
  TURNOUT_TRY(const auto answer,
              analysis::random_replay_answer(
                  arguments.outcomes, arguments.score, arguments.random, arguments.options,
                  {[&](std::size_t games) { progress.step(games); }, interruption()}));
  return print(arguments.json ? report::to_text(report::random_replay_json(answer))
                              : report::random_replay_text(answer));
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (arguments.random > 0) return random_games(arguments);
  if (arguments.scenario.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput, "needs a scenario, or --random", "replay"};
  }
  TURNOUT_TRY(auto scenario, scenario::read_scenario(arguments.scenario, arguments.settings));
  base::Progress progress("replaying", arguments.options.splits);
  TURNOUT_TRY(const auto answer,
              analysis::replay_answer(
                  std::move(scenario), arguments.outcomes, arguments.score, arguments.options,
                  {[&](std::size_t splits) { progress.step(splits); }, interruption()}));
  print_notes(answer.notes);
  return print(arguments.json ? report::to_text(report::replay_json(answer))
                              : report::replay_text(answer));
}

}  // namespace

void add_replay(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "replay", "Policies on the recorded outcomes of real tasks: what they predict, what happens");
  auto arguments = std::make_shared<Arguments>();
  auto& options = arguments->options;
  verb->add_option("outcomes", arguments->outcomes,
                   "CSV: task,<model>,... or task,trial,<model>,... or task,model,trials,successes "
                   "or one row per trial; or -")
      ->option_text("OUTCOMES.csv")
      ->required();
  verb->add_option("scenario", arguments->scenario,
                   "scenario file with the models' names, latencies and costs")
      ->option_text("SCENARIO");
  add_settings(*verb, arguments->settings);
  verb->add_option("--depth", options.depth, "attempts on offer, 1 to 64 (default 5)")
      ->check(CLI::Range(std::size_t{1}, game::kDeepest))
      ->option_text("D");
  verb->add_option("--score", arguments->score,
                   "a column of scores for the threshold policy, high where a task looks hard")
      ->option_text("COLUMN");
  verb->add_option("--splits", options.splits, "random halvings, 1 to 10000 (default 10)")
      ->check(CLI::Range(std::size_t{1}, analysis::kMostSplits))
      ->option_text("N");
  verb->add_option("--bootstrap", options.bootstrap,
                   "resamples for the intervals, 100 to 100000 (default 1000)")
      ->check(CLI::Range(analysis::kLeastResamples, analysis::kMostResamples))
      ->option_text("N");
  verb->add_option("--random", arguments->random,
                   "instead of a scenario: N random games of two of the models, 1 to 100000 (2000 "
                   "without a number)")
      ->check(CLI::Range(std::size_t{1}, analysis::kMostRandomGames))
      ->expected(0, 1)
      ->default_str(std::to_string(analysis::kUsualRandomGames))
      ->option_text("[N]");
  verb->add_option("--seed", options.seed, "seed of all random numbers (default 1)")
      ->option_text("N");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
