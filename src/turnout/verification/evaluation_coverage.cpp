#include "turnout/verification/evaluation_coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include "turnout/estimation/leaving.h"
#include "turnout/estimation/log_statistics.h"
#include "turnout/estimation/off_policy.h"
#include "turnout/numeric/proportion.h"
#include "turnout/simulation/agents.h"

namespace turnout::verification {
namespace {

using estimation::Evaluated;
using simulation::Agents;
using simulation::Setting;

const std::vector<std::string> model_names = {"large", "mini"};  // in the order of their names
const std::vector<std::string> evaluated = {"mini", "mini,large", "large"};
constexpr double kLifetimeValue = 40;
constexpr std::size_t kFigures = 6;
constexpr std::array<const char*, kFigures> kFigureNames = {
    "service_cost", "latency", "attempts", "success", "J", "J less the log's"};

struct Case {
  std::string name;
  Setting setting;
  /// P is told and not estimated: users leave alike after all tasks, so that who stays does not change
  /// what a task is on average.
  std::optional<double> penalty;
};

Setting setting_of(double feedback, const std::vector<std::string>& policies) {
  constexpr double kAnyWait = 1e9;  // V so high that nobody leaves for the wait
  const auto game =
      game::RoutingGame::make({kAnyWait, 1}, {0.1 * kLifetimeValue}, {{0.75, 8, 2}, {0.45, 3, 0.4}})
          .value();
  Setting setting{game, model_names, {}, {}, {}, {}};
  for (const auto& text : policies)
    setting.policies.push_back(policy::Policy::parse(text, model_names).value());
  auto& how = setting.behaviour;
  how.patience = 0.9;
  how.feedback_solved = how.feedback_left = feedback;
  how.leaves_solved = 0.05;
  how.leaves_unsolved = 0.15;
  how.latency_sigma = 0.8;
  how.span_s = 60 * 86'400.0;
  return setting;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const double feedback : {0.0, 0.05, 0.2, 1.0}) {
    all.push_back({fmt::format("tasks alike, {:.0f} % feedback", 100 * feedback),
                   setting_of(feedback, {"explore:0.2/mini,mini,large"}), std::nullopt});
  }
  for (const double feedback : {0.0, 0.05, 0.2, 1.0}) {
    Case c{fmt::format("users' tasks differ, {:.0f} % feedback", 100 * feedback),
           setting_of(feedback, {"explore:0.2/mini,mini,large"}), 4};
    c.setting.difficulty.sigma = 1.5;
    c.setting.behaviour.user_share = 0.7;
    c.setting.behaviour.leaves_solved = c.setting.behaviour.leaves_unsolved;
    all.push_back(c);
  }
  all.push_back({"four policies without a draw, 20 % feedback, propensities estimated",
                 setting_of(0.2, {"mini", "large", "mini,large", "mini,mini,large"}),
                 std::nullopt});
  return all;
}

/// C, L, n, S and J of a policy.
std::array<double, kFigures - 1> truth_of(const Case& c, const policy::Policy& policy) {
  Setting alone = c.setting;
  alone.policies = {policy};
  const auto e = Agents(alone).expected().value();
  const double penalty = c.setting.game.churn_penalty();
  return {e.service_cost, e.latency, e.attempts, e.success,
          e.service_cost + penalty * (1 - e.success)};
}

/// What the log's own policies come to; means over many tasks, to about 0.002.
double logged_cost(const Case& c) {
  constexpr std::uint64_t kTasks = 2'000'000;
  simulation::Workers workers;
  workers.threads = std::max(1U, std::thread::hardware_concurrency());
  const auto played = Agents(c.setting).play(kTasks, 99, workers);
  return played.service_cost.mean() + c.setting.game.churn_penalty() * (1 - played.success.mean());
}

/// Of one log, by policy; nothing where it is declined.
struct OneLog {
  double passes = 0;
  std::vector<std::optional<std::array<Evaluated, kFigures>>> answers;
};

OneLog play_log(const Case& c, const Agents& agents, const std::vector<policy::Policy>& policies,
                std::uint64_t tasks, std::uint64_t seed) {
  std::vector<traffic::Pass> passes;
  estimation::LoggedTasks logged(model_names);
  agents.write_log(tasks, seed, [&](const traffic::Pass& pass) {
    logged.add(pass);
    passes.push_back(pass);
    return true;
  });
  logged.finish();
  OneLog log{static_cast<double>(passes.size()), {}};
  std::optional<estimation::Figure> penalty;
  if (c.penalty) {
    penalty = {{*c.penalty, *c.penalty, *c.penalty}, estimation::Basis::kIdentified, 0};
  } else {
    constexpr int kDraws = 800;
    base::Rng rng(seed);
    const auto statistics = estimation::gather(std::move(passes), {}).value();
    penalty = estimation::churn_penalty(estimation::extra_leaving(statistics.returns, kDraws, rng),
                                        kLifetimeValue);
  }
  for (const auto& policy : policies) {
    const auto answer = estimation::evaluate_policy(logged, policy, penalty);
    if (!answer) {
      log.answers.emplace_back();
      continue;
    }
    const auto& q = answer->quantities;
    const auto& cost = *answer->provider_cost;
    log.answers.emplace_back(std::array<Evaluated, kFigures>{
        q[0].policy, q[1].policy, q[2].policy, q[3].policy, cost.policy, cost.difference});
  }
  return log;
}

EvaluatedPolicy compare(const std::vector<OneLog>& logs, std::size_t number,
                        const std::array<double, kFigures>& truth) {
  EvaluatedPolicy result{evaluated[number], 0, 0, {}};
  for (std::size_t f = 0; f < kFigures; ++f)
    result.quantities.push_back({kFigureNames.at(f), truth.at(f), 0, 0, {}, 0});
  for (const OneLog& log : logs) {
    const auto& answer = log.answers[number];
    if (!answer) {
      ++result.declined;
      continue;
    }
    ++result.logs;
    for (std::size_t f = 0; f < kFigures; ++f) {
      auto& q = result.quantities[f];
      const Evaluated& e = answer->at(f);
      q.covered += e.low <= q.truth && q.truth <= e.high ? 1U : 0U;
      q.told += e.value ? 1U : 0U;
      q.mean_width += e.high - e.low;
    }
  }
  for (auto& q : result.quantities) {
    q.coverage = numeric::proportion(q.covered, result.logs);
    if (result.logs > 0) q.mean_width /= static_cast<double>(result.logs);
  }
  return result;
}

EvaluationSetting measure(const Case& c, std::size_t logs, std::uint64_t tasks, std::uint64_t seed,
                          const base::Watch& watch) {
  const Agents agents(c.setting);
  std::vector<policy::Policy> policies;
  for (const auto& text : evaluated)
    policies.push_back(policy::Policy::parse(text, model_names).value());
  std::vector<OneLog> results(logs);
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> workers;
  for (std::size_t worker = 0; worker < threads; ++worker) {
    workers.emplace_back([&, worker] {
      for (std::size_t i = worker; i < logs; i += threads) {
        if (watch.cancellation.requested()) return;
        results[i] = play_log(c, agents, policies, tasks, seed + i);
        if (worker == 0) watch.on_steps(std::min(threads, logs - i));
      }
    });
  }
  for (auto& worker : workers) worker.join();
  if (watch.cancellation.requested()) return {};
  EvaluationSetting setting{c.name, 0, {}};
  for (const auto& log : results) setting.passes += log.passes / static_cast<double>(logs);
  const double now = logged_cost(c);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const auto expected = truth_of(c, policies[i]);
    std::array<double, kFigures> truth{};
    std::copy(expected.begin(), expected.end(), truth.begin());
    truth.back() = expected.back() - now;
    setting.policies.push_back(compare(results, i, truth));
  }
  return setting;
}

}  // namespace

std::vector<EvaluationSetting> measure_evaluations(std::size_t logs, std::uint64_t tasks,
                                                   std::uint64_t seed, const base::Watch& watch) {
  std::vector<EvaluationSetting> all;
  for (const auto& c : cases()) all.push_back(measure(c, logs, tasks, seed, watch));
  return all;
}

}  // namespace turnout::verification
