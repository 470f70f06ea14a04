#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "scenario_arguments.h"
#include "turnout/analysis/simulated_setting.h"
#include "turnout/base/progress.h"
#include "turnout/mock/http_users.h"
#include "turnout/report/mock_users_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Result;

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout mock-users examples/hard-tasks.toml --tasks 2000 --users 32 --speedup 1000\n"
    "  turnout mock-users examples/four-models.toml --gateway http://127.0.0.1:9100 --model mini\n"
    "  turnout mock-users examples/impatient-users.toml --shape messages --stream --feedback 0.1\n"
    "The models behind the gateway must be those of turnout mock-llm with the same scenario: "
    "users\n"
    "read at the end of an answer whether it is right. The second example needs no gateway: users\n"
    "of one model of turnout mock-llm itself. Users decide as those of turnout simulate.";

struct Arguments {
  ScenarioArguments scenario;
  analysis::SimulateOptions simulate;
  mock::UsersOptions users;
  double feedback_left = -1;  // not given
  bool json = false;
};

Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(const auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto setting, analysis::simulated_setting(scenario, arguments.simulate));
  if (!arguments.users.policy.empty())
    TURNOUT_CHECK(policy::Policy::parse(arguments.users.policy, setting.names).within("--policy"));
  base::Progress progress("serving tasks", arguments.users.tasks);
  TURNOUT_TRY(auto played, mock::play_over_http(
                               setting, arguments.users,
                               {[&](std::size_t tasks) { progress.step(tasks); }, interruption()}));
  const report::ServedUsers served{arguments.users.gateway, setting.names, std::move(played)};
  return print(arguments.json ? report::to_text(report::mock_users_json(served))
                              : report::mock_users_text(served));
}

void add_requests(CLI::App& verb, mock::UsersOptions& users) {
  verb.add_option("--gateway", users.gateway, "what they ask (default http://127.0.0.1:8080)")
      ->option_text("URL");
  verb.add_option("--key", users.key, "their key, if it needs one")->option_text("KEY");
  users.writing.model = "turnout/auto";
  verb.add_option("--model", users.writing.model, "what they ask for (default turnout/auto)")
      ->option_text("NAME");
  verb.add_option("--shape", users.writing.shape, "chat, responses or messages (default chat)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, mock::Shape>{{"chat", mock::Shape::kChat},
                                             {"responses", mock::Shape::kResponses},
                                             {"messages", mock::Shape::kMessages}}))
      ->option_text("SHAPE");
  verb.add_flag("--stream", users.writing.stream, "they ask for streams");
  std::map<std::string, mock::Way> ways;
  for (const mock::Way way : users.ways) ways.emplace(mock::name_of(way), way);
  verb.add_option("--ways", users.ways,
                  "how they ask again, each as often: complain, edit, regenerate, anew (all)")
      ->delimiter(',')
      ->transform(CLI::CheckedTransformer(ways))
      ->option_text("WAY,...");
  verb.add_option("--same-conversation", users.goes_on_with,
                  "share of tasks that begin in the conversation of an accepted answer (default 0)")
      ->check(CLI::Range(0.0, 1.0))
      ->option_text("SHARE");
  verb.add_option("--policy", users.policy,
                  "the policy that they believe in (default: the one that answers name in "
                  "x-turnout-policy; if there is none, that the last model serves for good)")
      ->option_text("POLICY");
  verb.add_option("--timeout", users.timeout_s, "seconds that they wait (default 60)")
      ->check(CLI::Range(0.001, 86'400.0))
      ->option_text("SECONDS");
}

void add_play(CLI::App& verb, mock::UsersOptions& users) {
  verb.add_option("--tasks", users.tasks, "how many, 1 to 1e9 (default 1000)")
      ->check(CLI::Range(1.0, 1e9))
      ->option_text("N");
  verb.add_option("--first", users.first, "number of the first, which names it (default 1)")
      ->option_text("N");
  verb.add_option("--users", users.users, "how many there are at the same time (default 8)")
      ->check(CLI::Range(1U, mock::kMostUsers))
      ->option_text("N");
  verb.add_option("--seed", users.seed, "seed (default 1)")->option_text("N");
  verb.add_option("--speedup", users.speedup,
                  "a second counts so many, as with turnout mock-llm (default 1)")
      ->check(CLI::Range(1e-3, 1e9))
      ->option_text("X");
}

void add_users(CLI::App& verb, Arguments& arguments) {
  auto& how = arguments.simulate.behaviour;
  const auto share = [&](const char* option, double& to, const char* what) {
    verb.add_option(option, to, what)->check(CLI::Range(0.0, 1.0))->option_text("SHARE");
  };
  verb.add_option("--value-sigma", how.value_sigma,
                  "V is lognormal with this sigma of its logarithm")
      ->check(CLI::Range(0.0, 3.0))
      ->option_text("SIGMA");
  share("--patience", how.patience,
        "probability that a failure does not make a user leave anyway (default 1)");
  share("--feedback", arguments.simulate.feedback,
        "share of ended tasks whose user says how they ended (default 0)");
  share("--feedback-left", arguments.feedback_left, "the same of users who left, if it differs");
  share("--leaves-solved", how.leaves_solved,
        "probability of never coming back after a solved task (default 0)");
  share("--leaves-unsolved", how.leaves_unsolved, "the same after an unsolved one (default 0)");
}

}  // namespace

void add_mock_users(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "mock-users",
      "A scenario's users, who send real requests to a gateway: the truth behind a log");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  add_requests(*verb, arguments->users);
  add_play(*verb, arguments->users);
  add_users(*verb, *arguments);
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] {
    if (arguments->feedback_left >= 0) arguments->simulate.feedback_left = arguments->feedback_left;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
