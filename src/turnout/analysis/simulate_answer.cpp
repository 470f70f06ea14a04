#include "turnout/analysis/simulate_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "turnout/analysis/compiled_policy.h"
#include "turnout/analysis/paper_scenario.h"
#include "turnout/analysis/simulated_setting.h"
#include "turnout/base/number_text.h"
#include "turnout/simulation/pair_traffic.h"

namespace turnout::analysis {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error misuse(const std::string& option, const std::string& what) {
  return {ErrorCode::kMalformedInput, what, option};
}

std::uint64_t tasks_of(const SimulateOptions& options) {
  return static_cast<std::uint64_t>(options.tasks);
}

unsigned threads_of(const SimulateOptions& options) {
  return options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

base::Status check(const SimulateOptions& options) {
  if (!(options.tasks >= 1 && options.tasks <= kMostTasks)) {
    return misuse("--tasks", fmt::format("{} must be from 1 to 1e12", options.tasks));
  }
  if (options.policies.empty() == options.compare.empty()) {
    return misuse("simulate", "needs --policy POLICY or --compare POLICY POLICY");
  }
  if (!options.compare.empty() && options.compare.size() != 2) {
    return misuse("--compare", "takes two policies");
  }
  return base::Done{};
}

base::Status check_for_paper(const SimulateOptions& options) {
  if (!options.compare.empty()) return misuse("--compare", "does not go with knows = \"policy\"");
  const auto& how = options.behaviour;
  if (how.patience < 1 || how.value_sigma > 0 || how.latency_sigma > 0 || how.tokens_sigma > 0 ||
      !options.drifts.empty() || !options.latencies.empty()) {
    return misuse(
        "simulate",
        "--patience, the sigmas, --latencies and --drift do not go with knows = \"policy\"");
  }
  return base::Done{};
}

/// One policy of the paper's game, by play_pair() and by the closed form.
Result<PlayedPolicy> play_paper(const game::Game& game, const policy::Policy& routing,
                                const SimulateOptions& options,
                                const base::Cancellation& cancellation) {
  const auto policy = paper_policy(routing);
  if (!policy) {
    return Error{ErrorCode::kUnsupported,
                 "is no policy (i,s) of the paper: must be one model, or cascade:FIRST,SECOND,S; "
                 "or leave out knows = \"policy\"",
                 fmt::format("policy {}", base::in_quotes(routing.text()))};
  }
  const double abandon = game::best_response(game, *policy).abandon;
  const auto counts = simulation::play_pair(game, *policy, abandon, tasks_of(options), options.seed,
                                            threads_of(options), cancellation);
  TURNOUT_CHECK(cancellation.check());
  const auto seen = simulation::payoffs_of(counts, game);
  const auto expected = game::evaluate(game, *policy, abandon);
  const auto visits = game::expected_visits(game::Primitives<double>(game), policy->start,
                                            policy->cascade, abandon);
  return PlayedPolicy{
      routing.text(),
      {seen.provider_cost, seen.user_utility, seen.success, seen.latency, seen.service_cost,
       seen.attempts},
      simulation::ExpectedPayoffs{expected.provider_cost, expected.user_utility, expected.success,
                                  expected.latency, expected.service_cost, visits[0] + visits[1]}};
}

/// The paper's users, who know the policy alone and leave with the same probability after every
/// failure.
base::Status play_paper(SimulateAnswer& answer, const scenario::Scenario& scenario,
                        const SimulateOptions& options, const base::Watch& watch) {
  TURNOUT_CHECK(check_for_paper(options));
  if (!scenario.game.has_papers_users() || scenario.game.has_prices()) {
    return Error{
        ErrorCode::kUnsupported,
        "goes with the paper's users alone: patient, without errors of judgement, prices or "
        "an outside option",
        scenario.source + ": user.knows = \"policy\""};
  }
  TURNOUT_TRY(const auto paper, scenario::paper_game(scenario, "simulate"));
  for (const auto& text : options.policies) {
    TURNOUT_TRY(const auto routing, policy::Policy::parse(text, scenario.names));
    TURNOUT_TRY(auto played, play_paper(paper.game, routing, options, watch.cancellation));
    answer.policies.push_back(std::move(played));
    watch.on_steps(tasks_of(options));
  }
  return base::Done{};
}

base::Status play_each(SimulateAnswer& answer, const simulation::Setting& setting,
                       const SimulateOptions& options, const base::Watch& watch) {
  for (const auto& text : options.policies) {
    TURNOUT_TRY(const auto agents, simulated_users(setting, {text}));
    const auto payoffs = agents.play(tasks_of(options), options.seed, {threads_of(options), watch});
    TURNOUT_CHECK(watch.cancellation.check());
    answer.policies.push_back({agents.setting().policies[0].text(), payoffs, agents.expected()});
  }
  return base::Done{};
}

base::Status play_paired(SimulateAnswer& answer, const simulation::Setting& setting,
                         const SimulateOptions& options, const base::Watch& watch) {
  TURNOUT_TRY(const auto first, simulated_users(setting, {options.compare[0]}));
  TURNOUT_TRY(const auto second, simulated_users(setting, {options.compare[1]}));
  const auto both = simulation::compare(first, second, tasks_of(options), options.seed,
                                        {threads_of(options), watch});
  TURNOUT_CHECK(watch.cancellation.check());
  answer.policies = {{first.setting().policies[0].text(), both.first, first.expected()},
                     {second.setting().policies[0].text(), both.second, second.expected()}};
  answer.difference = both.difference;
  return base::Done{};
}

}  // namespace

Result<SimulateAnswer> simulate_answer(scenario::Scenario scenario, const SimulateOptions& options,
                                       const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  SimulateAnswer answer;
  TURNOUT_TRY(answer.notes, take_means(scenario));
  if (scenario.knows == scenario::Knows::kPolicy) {
    TURNOUT_CHECK(play_paper(answer, scenario, options, watch));
    return answer;
  }
  TURNOUT_TRY(const auto setting, simulated_setting(scenario, options));
  TURNOUT_CHECK(options.compare.empty() ? play_each(answer, setting, options, watch)
                                        : play_paired(answer, setting, options, watch));
  return answer;
}

Result<std::vector<std::string>> simulate_log(scenario::Scenario scenario,
                                              const SimulateOptions& options,
                                              const std::function<bool(const traffic::Pass&)>& sink,
                                              const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(auto notes, take_means(scenario));
  if (scenario.knows == scenario::Knows::kPolicy)
    return misuse("-o", "does not go with knows = \"policy\"");
  TURNOUT_TRY(auto setting, simulated_setting(scenario, options));
  if (!options.compare.empty()) return misuse("-o", "goes with --policy");
  TURNOUT_TRY(const auto agents, simulated_users(std::move(setting), options.policies));
  agents.write_log(tasks_of(options), options.seed, [&](const traffic::Pass& pass) {
    watch.on_steps(1);
    return !watch.cancellation.requested() && sink(pass);
  });
  TURNOUT_CHECK(watch.cancellation.check());
  return notes;
}

}  // namespace turnout::analysis
