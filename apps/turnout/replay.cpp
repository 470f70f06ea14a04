#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "scenario_arguments.h"
#include "turnout/base/number_text.h"
#include "turnout/base/progress.h"
#include "turnout/game/belief_plan.h"
#include "turnout/report/replay_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/scenario/scenario_scope.h"
#include "turnout/scenario/scenario_setting.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout replay catalog/outcomes/gsm8k.csv examples/gsm8k.toml\n"
    "  turnout replay outcomes.csv scenario.toml --score difficulty --splits 50 --json\n"
    "  turnout replay catalog/outcomes/gsm8k.csv --score prompt_chars --random 200\n"
    "The scenario gives V, P, latencies and costs; success comes from the outcomes, under the "
    "models' names.";

struct Arguments {
  std::string outcomes;
  std::string scenario;
  std::vector<std::string> settings;
  std::string score;
  std::size_t random = 0;
  simulation::ReplayOptions options;
  bool json = false;
};

base::Result<outcomes::OutcomeTable> read_table(const std::string& path,
                                                const outcomes::OutcomeColumns& columns) {
  TURNOUT_TRY(base::LineReader rows, base::LineReader::open(path));
  auto table = outcomes::read_outcomes(rows, columns);
  if (table && table->tasks.size() < 2) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       "has 1 task, replay needs at least 2: one to learn from", rows.name()};
  }
  return table;
}

/// The outcomes of the scenario's models, in its order.
base::Result<simulation::Recorded> recorded(const outcomes::OutcomeTable& table,
                                            const std::vector<std::string>& names,
                                            const std::string& path) {
  for (const std::string& name : names) {
    if (table.column(name) < table.models.size()) continue;
    return base::Error{base::ErrorCode::kInvalidValue,
                       fmt::format("has no outcomes of model {}", base::in_quotes(name)), path};
  }
  simulation::Recorded chosen{{}, table.score};
  for (const auto& row : table.rate) {
    chosen.rate.emplace_back();
    for (const std::string& name : names) chosen.rate.back().push_back(row[table.column(name)]);
  }
  return chosen;
}

base::Result<ExitCode> survey(const Arguments& arguments, const outcomes::OutcomeTable& table) {
  if (!arguments.scenario.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput, "draws its own games, give no scenario",
                       "--random"};
  }
  if (table.models.size() < 2) {
    return base::Error{base::ErrorCode::kInvalidValue, "has 1 model, --random needs at least 2",
                       arguments.outcomes};
  }
  base::Progress progress("replaying", arguments.random);
  auto options = arguments.options;
  options.on_split = [&progress] { progress.step(); };
  const auto result = simulation::survey({table.rate, table.score}, arguments.random, options);
  return print(arguments.json ? report::to_text(report::survey_json(result, options))
                              : report::survey_text(result, options));
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (arguments.random > 0) {
    auto table = read_table(arguments.outcomes, {{}, arguments.score});
    return table ? survey(arguments, *table) : table.error();
  }
  if (arguments.scenario.empty())
    return base::Error{base::ErrorCode::kMalformedInput, "needs a scenario, or --random N",
                       "replay"};
  TURNOUT_TRY(scenario::Scenario scenario,
              scenario::read_scenario(arguments.scenario, arguments.settings));
  take_means(scenario);
  TURNOUT_CHECK(scenario::check_for_plans(scenario, "replay"));
  if (scenario.difficulty || scenario.outcomes) {
    return base::Error{base::ErrorCode::kUnsupported,
                       "replay takes its types of task from OUTCOMES.csv, leave it out",
                       scenario.source + ": difficulty"};
  }
  TURNOUT_TRY(auto table, read_table(arguments.outcomes, {scenario.names, arguments.score}));
  TURNOUT_TRY(auto chosen, recorded(table, scenario.names, arguments.outcomes));
  base::Progress progress("replaying", arguments.options.splits);
  auto options = arguments.options;
  options.on_split = [&progress] { progress.step(); };
  const auto result = simulation::replay(scenario.game, scenario.names, chosen, options);
  return print(arguments.json ? report::to_text(report::replay_json(result, options))
                              : report::replay_text(result, options));
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
      ->check(CLI::Range(1, 10'000))
      ->option_text("N");
  verb->add_option("--bootstrap", options.bootstrap,
                   "resamples for the intervals, 100 to 100000 (default 1000)")
      ->check(CLI::Range(100, 100'000))
      ->option_text("N");
  verb->add_option("--random", arguments->random,
                   "instead of a scenario: N random games of two of the models, 1 to 100000")
      ->check(CLI::Range(1, 100'000))
      ->option_text("N");
  verb->add_option("--seed", options.seed, "seed of all random numbers (default 1)")
      ->option_text("N");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
