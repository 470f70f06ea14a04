#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenario_arguments.h"
#include "turnout/report/robust_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/scenario/posterior.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout robust examples/uncertain.toml\n"
    "  turnout robust examples/uncertain.toml --draws 5000 --json\n"
    "In the scenario a number may be {mean = 0.4, lo = 0.3, hi = 0.5}, a success also {successes = "
    "40, trials = 100}.";

struct Arguments {
  ScenarioArguments scenario;
  std::size_t draws = 1000;
  std::uint64_t seed = 1;
  bool json = false;
};

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(scenario::Scenario described, arguments.scenario.read());
  TURNOUT_CHECK(take_as_paper_game(described));
  auto uncertain = std::exchange(described.uncertain, {});
  TURNOUT_TRY(auto mean, scenario::paper_game(described, "robust"));
  TURNOUT_TRY(auto draws,
              scenario::draw_games(mean.game, uncertain, arguments.draws, arguments.seed)
                  .within(described.source));
  const auto answer = game::robust_policy(draws, mean.game);
  const report::Robust robust{mean, std::move(uncertain), std::move(draws), answer};
  return print(arguments.json ? report::to_text(report::robust_json(robust))
                              : report::robust_text(robust));
}

}  // namespace

void add_robust(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "robust", "The policy with least expected cost when the game is not known exactly");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--draws", arguments->draws,
                   "draws from the posterior, 100 to 100000 (default 1000)")
      ->check(CLI::Range(100, 100'000))
      ->option_text("N");
  verb->add_option("--seed", arguments->seed, "seed of the draws (default 1)")->option_text("N");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
