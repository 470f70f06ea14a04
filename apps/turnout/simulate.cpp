#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "interruption.h"
#include "scenario_arguments.h"
#include "turnout/base/line_reader.h"
#include "turnout/base/number_text.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/base/split.h"
#include "turnout/report/agents_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/simulation/pair_traffic.h"
#include "turnout/store/import.h"
#include "turnout/traffic/pass_writer.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using simulation::Agents;

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout simulate examples/gpt-4.1.toml --policy gpt-4.1-mini --tasks 1e5\n"
    "  turnout simulate examples/paper-user.toml --policy cascade:mini,large,0.035 --tasks 1e7\n"
    "  turnout simulate examples/four-models.toml --compare mini mini,large --tasks 1e5\n"
    "  turnout simulate examples/hard-tasks.toml --policy mini --policy mini,large --tasks 2e4 "
    "--feedback 0.3 -o "
    "log.jsonl\n"
    "Policies: MODEL; A,A,B (the last one repeats); cascade:A,B,S; lottery:A=0.7,B=0.3; "
    "explore:0.1/POLICY.\n"
    "Users know the policy and stop when what is promised is not worth the wait. Several policies "
    "with -o: each task\n"
    "draws one. With knows = \"policy\" the paper's users are played, over 100 million passes a "
    "second and core.";

struct Arguments {
  ScenarioArguments scenario;
  std::vector<std::string> policies, compare;
  double tasks = 1e5;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  simulation::Behaviour behaviour;
  double feedback = 0;
  double feedback_left = -1;  // as after a success
  std::vector<std::string> drifts;
  std::string latencies;
  std::string output;
  bool json = false;
};

Error misuse(const std::string& option, const std::string& what) {
  return {ErrorCode::kMalformedInput, what, option};
}

/// MODEL:FROM:LATENCY_FACTOR[:SUCCESS_FACTOR]
Result<simulation::Drift> read_drift(const std::string& text,
                                     const std::vector<std::string>& names) {
  const auto wrong = [&] {
    return Error{
        ErrorCode::kInvalidValue,
        base::in_quotes(text) +
            " must be MODEL:FROM:LATENCY_FACTOR[:SUCCESS_FACTOR], FROM a share of the time",
        "--drift"};
  };
  const auto parts = base::split(text, ':');
  const auto model = std::find(names.begin(), names.end(), parts[0]);
  if (model == names.end() || parts.size() < 3 || parts.size() > 4) return wrong();
  simulation::Drift drift;
  drift.model = static_cast<std::size_t>(model - names.begin());
  std::array<double*, 3> numbers = {&drift.from, &drift.latency_factor, &drift.success_factor};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto number = base::parse_number(parts[i]);
    if (!number || *number < 0 || *number > 1000) return wrong();
    *numbers.at(i - 1) = *number;
  }
  return drift;
}

/// One latency a line, as factors of their mean.
Result<std::vector<double>> read_latencies(const std::string& path) {
  TURNOUT_TRY(base::LineReader lines, base::LineReader::open(path));
  std::vector<double> latencies;
  double sum = 0;
  for (;;) {
    auto line = lines.next();
    if (!line) return line.error();
    if (!line->has_value()) break;
    TURNOUT_TRY(auto number, base::parse_number(**line).within(lines.place()));
    if (number < 0)
      return Error{ErrorCode::kInvalidValue, fmt::format("{} must be >= 0", number), lines.place()};
    sum += number;
    latencies.push_back(number);
  }
  if (!(sum > 0)) return Error{ErrorCode::kInvalidValue, "has no latency above 0", path};
  for (double& latency : latencies) latency *= static_cast<double>(latencies.size()) / sum;
  return latencies;
}

Result<simulation::Setting> read_setting(const Arguments& arguments,
                                         const scenario::Scenario& scenario) {
  const auto refuse = [&](const char* key, const char* what) {
    return Error{ErrorCode::kUnsupported, fmt::format("simulate does not play {}", what),
                 scenario.source + ": " + key};
  };
  if (scenario.outcomes)
    return refuse("difficulty.outcomes", "a table of outcomes; see turnout replay");
  if (scenario.game.has_prices()) return refuse("model.price", "prices");
  if (scenario.game.participates()) return refuse("user.participates", "users who do not submit");
  if (!scenario.commits) return refuse("provider.commits", "a provider that does not commit");
  if (scenario.knows && *scenario.knows != scenario::Knows::kAttempt) {
    return refuse("user.knows", "users who know the model alone");
  }
  simulation::Setting setting{scenario.game,
                              scenario.names,
                              scenario.difficulty.value_or(game::Difficulty{}),
                              {},
                              arguments.behaviour,
                              {}};
  for (const auto& segment : scenario.segments) {
    setting.behaviour.segments.push_back({segment.share, segment.user});
  }
  setting.behaviour.feedback_solved = arguments.feedback;
  setting.behaviour.feedback_left =
      arguments.feedback_left < 0 ? arguments.feedback : arguments.feedback_left;
  if (!arguments.latencies.empty()) {
    TURNOUT_TRY(auto sample, read_latencies(arguments.latencies));
    setting.behaviour.latency_sample = std::move(sample);
  }
  for (const auto& text : arguments.drifts) {
    TURNOUT_TRY(auto drift, read_drift(text, setting.names));
    setting.drifts.push_back(drift);
  }
  return setting;
}

Result<Agents> agents_of(simulation::Setting setting, const std::vector<std::string>& policies) {
  for (const auto& text : policies) {
    TURNOUT_TRY(auto policy, policy::RoutingPolicy::parse(text, setting.names));
    setting.policies.push_back(std::move(policy));
  }
  return Agents(std::move(setting));
}

Result<ExitCode> write_log(const Arguments& arguments, const Agents& agents) {
  const auto tasks = static_cast<std::uint64_t>(arguments.tasks);
  base::Progress progress("simulating passes", 0);
  std::uint64_t passes = 0;
  if (store::is_store(arguments.output)) {
    TURNOUT_TRY(auto store,
                store::open_store(arguments.output, store::Access::kCreate, interruption()));
    std::vector<traffic::Pass> batch;
    base::Status status = base::Done{};
    const auto flush = [&] {
      auto stored = store->insert(batch);
      if (!stored) status = stored.error();
      batch.clear();
      return stored.has_value();
    };
    agents.write_log(tasks, arguments.seed, [&](const traffic::Pass& pass) {
      batch.push_back(pass);
      ++passes;
      progress.step();
      return batch.size() < store->batch() || flush();
    });
    if (!status || !flush()) return status.error();
  } else {
    TURNOUT_TRY(base::OutputFile out, arguments.output == "-"
                                          ? Result(base::OutputFile::standard_output())
                                          : base::OutputFile::create(arguments.output));
    const bool csv = arguments.output.ends_with(".csv");
    base::Status status = csv ? out.write(traffic::csv_header()) : base::Status(base::Done{});
    std::string line;
    agents.write_log(tasks, arguments.seed, [&](const traffic::Pass& pass) {
      line.clear();
      (csv ? traffic::append_csv : traffic::append_json)(line, pass);
      ++passes;
      progress.step();
      status = out.write(line);
      return status.has_value();
    });
    if (status) status = out.commit();
    if (!status) return status.error();
    if (arguments.output == "-") return ExitCode::kDone;
  }
  return print(arguments.json ? report::to_text({{"tasks", tasks}, {"passes", passes}})
                              : fmt::format("{} passes of {} tasks written to {}\n", passes, tasks,
                                            store::without_password(arguments.output)));
}

simulation::Workers workers_of(const Arguments& arguments, base::Progress& progress) {
  const unsigned threads =
      arguments.threads > 0 ? arguments.threads : std::max(1U, std::thread::hardware_concurrency());
  return {threads, [&progress](std::uint64_t tasks) { progress.step(tasks); }};
}

Result<ExitCode> show(const Arguments& arguments, const std::vector<report::PlayedPolicy>& played,
                      const std::optional<simulation::AgentPayoffs>& difference) {
  return print(arguments.json ? report::to_text(report::agents_json(played, difference))
                              : report::agents_text(played, difference));
}

Result<ExitCode> play(const Arguments& arguments, const simulation::Setting& setting) {
  const auto tasks = static_cast<std::uint64_t>(arguments.tasks);
  std::vector<report::PlayedPolicy> played;
  base::Progress progress("simulating tasks", tasks * arguments.policies.size());
  for (const auto& policy : arguments.policies) {
    TURNOUT_TRY(auto agents, agents_of(setting, {policy}));
    played.push_back({policy, agents.play(tasks, arguments.seed, workers_of(arguments, progress)),
                      agents.expected()});
  }
  return show(arguments, played, {});
}

Result<ExitCode> compare(const Arguments& arguments, const simulation::Setting& setting) {
  const auto tasks = static_cast<std::uint64_t>(arguments.tasks);
  TURNOUT_TRY(auto first, agents_of(setting, {arguments.compare.at(0)}));
  TURNOUT_TRY(auto second, agents_of(setting, {arguments.compare.at(1)}));
  base::Progress progress("simulating tasks", tasks);
  const auto both =
      simulation::compare(first, second, tasks, arguments.seed, workers_of(arguments, progress));
  return show(arguments,
              {{arguments.compare[0], both.first, first.expected()},
               {arguments.compare[1], both.second, second.expected()}},
              both.difference);
}

/// The paper's users, who know the policy alone and leave with the same probability after every
/// failure.
Result<ExitCode> play_paper(const Arguments& arguments, const scenario::Scenario& scenario) {
  auto paper = scenario::paper_game(scenario, "simulate");
  if (!paper) return paper.error();
  const auto tasks = static_cast<std::uint64_t>(arguments.tasks);
  const game::Game& game = paper->game;
  base::Progress progress("simulating tasks", tasks * arguments.policies.size());
  const unsigned threads = workers_of(arguments, progress).threads;
  std::vector<report::PlayedPolicy> played;
  for (const auto& text : arguments.policies) {
    TURNOUT_TRY(auto routing, policy::RoutingPolicy::parse(text, scenario.names));
    const auto policy = routing.paper_policy();
    if (!policy) {
      return Error{ErrorCode::kUnsupported,
                   "is no policy (i,s) of the paper: must be one model, or cascade:FIRST,SECOND,S; "
                   "or leave out knows = \"policy\"",
                   fmt::format("policy {}", base::in_quotes(text))};
    }
    const double abandon = game::best_response(game, *policy).abandon;
    const auto seen = simulation::payoffs_of(
        simulation::play_pair(game, *policy, abandon, tasks, arguments.seed, threads), game);
    const auto expected = game::evaluate(game, *policy, abandon);
    const auto visits = game::expected_visits(game::Primitives<double>(game), policy->start,
                                              policy->cascade, abandon);
    played.push_back({text,
                      {seen.provider_cost, seen.user_utility, seen.success, seen.latency,
                       seen.service_cost, seen.attempts},
                      simulation::ExpectedPayoffs{expected.provider_cost, expected.user_utility,
                                                  expected.success, expected.latency,
                                                  expected.service_cost, visits[0] + visits[1]}});
    progress.step(tasks);
  }
  return show(arguments, played, {});
}

Result<ExitCode> run(const Arguments& arguments) {
  constexpr double kMostTasks = 1e12;
  if (!(arguments.tasks >= 1 && arguments.tasks <= kMostTasks)) {
    return misuse("--tasks", fmt::format("{} must be from 1 to 1e12", arguments.tasks));
  }
  if (arguments.policies.empty() == arguments.compare.empty()) {
    return misuse("simulate", "needs --policy POLICY or --compare POLICY POLICY");
  }
  TURNOUT_TRY(auto read, arguments.scenario.read_at_means());
  if (read.knows == scenario::Knows::kPolicy) {
    if (!arguments.output.empty() || !arguments.compare.empty()) {
      return misuse(arguments.output.empty() ? "--compare" : "-o",
                    "does not go with knows = \"policy\"");
    }
    const auto& how = arguments.behaviour;
    if (how.patience < 1 || how.value_sigma > 0 || how.latency_sigma > 0 || how.tokens_sigma > 0 ||
        !arguments.drifts.empty() || !arguments.latencies.empty()) {
      return misuse(
          "simulate",
          "--patience, the sigmas, --latencies and --drift do not go with knows = \"policy\"");
    }
    return play_paper(arguments, read);
  }
  TURNOUT_TRY(auto setting, read_setting(arguments, read));
  if (!arguments.output.empty()) {
    if (!arguments.compare.empty()) return misuse("-o", "goes with --policy");
    auto agents = agents_of(setting, arguments.policies);
    return agents ? write_log(arguments, *agents) : agents.error();
  }
  return arguments.compare.empty() ? play(arguments, setting) : compare(arguments, setting);
}

}  // namespace

void add_simulate(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "simulate", "Users and models of a scenario, played task by task: means, or a log");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  auto& how = arguments->behaviour;
  const auto share = [&](const char* option, double& to, const char* what) {
    verb->add_option(option, to, what)->check(CLI::Range(0.0, 1.0))->option_text("SHARE");
  };
  const auto spread = [&](const char* option, double& to, const char* what) {
    verb->add_option(option, to, what)->check(CLI::Range(0.0, 3.0))->option_text("SIGMA");
  };
  verb->add_option("--policy", arguments->policies,
                   "a policy, see below; several: each on its own, or in one log")
      ->option_text("POLICY");
  verb->add_option("--compare", arguments->compare,
                   "two policies with the same tasks, users and luck")
      ->expected(2)
      ->option_text("A B");
  verb->add_option("--tasks", arguments->tasks, "how many, 1 to 1e12 (default 1e5)")
      ->option_text("N");
  verb->add_option("--seed", arguments->seed, "seed (default 1)")->option_text("N");
  verb->add_option("--threads", arguments->threads,
                   "the result is the same for any number (default: all cores)")
      ->check(CLI::Range(1, 1024))
      ->option_text("N");
  verb->add_option("-o,--output", arguments->output,
                   "write a log: FILE.jsonl, FILE.csv, - or a store")
      ->option_text("LOG");
  spread("--value-sigma", how.value_sigma, "V is lognormal with this sigma of its logarithm");
  spread("--latency-sigma", how.latency_sigma, "so are latencies, about their means");
  verb->add_option(
          "--latencies", arguments->latencies,
          "instead: drawn from a file with one latency a line, scaled to each model's mean")
      ->option_text("FILE");
  spread("--tokens-sigma", how.tokens_sigma,
         "output tokens are lognormal with this sigma, and latencies in proportion");
  share("--patience", how.patience,
        "probability that a failure does not make a user leave anyway (default 1)");
  share("--feedback", arguments->feedback,
        "with -o: share of ended tasks whose user says how they ended (default 0)");
  share("--feedback-left", arguments->feedback_left, "the same of users who left, if it differs");
  share("--leaves-solved", how.leaves_solved,
        "with -o: probability of never coming back after a solved task (default 0)");
  share("--leaves-unsolved", how.leaves_unsolved, "the same after an unsolved one (default 0)");
  verb->add_option("--span", how.span_s, "with -o: seconds that the log spans (default 30 days)")
      ->check(CLI::Range(1.0, 1e9))
      ->option_text("SECONDS");
  verb->add_option("--drift", arguments->drifts,
                   "a model changes: MODEL:FROM:LATENCY_FACTOR[:SUCCESS_FACTOR]")
      ->option_text("DRIFT");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
