#include "turnout/verification/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "turnout/estimation/log_estimate.h"
#include "turnout/numeric/proportion.h"
#include "turnout/simulation/agents.h"

namespace turnout::verification {
namespace {

using estimation::Figure;
using simulation::Agents;
using simulation::Behaviour;
using simulation::Setting;

const std::vector<std::string> names = {"large",
                                        "mini"};  // in the order in which estimates give them
constexpr double kLifetimeValue = 40;

struct Case {
  std::string name;
  game::Difficulty difficulty;
  Behaviour behaviour;
  double feedback_odds = 1;
};

Behaviour behaviour(double feedback, double value_sigma) {
  Behaviour how;
  how.value_sigma = value_sigma;
  how.patience = 0.95;
  how.feedback_solved = how.feedback_left = feedback;
  how.leaves_solved = 0.05;
  how.leaves_unsolved = 0.15;
  how.latency_sigma = 0.3;
  how.span_s = 60 * 86'400.0;
  return how;
}

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"independent attempts, all users alike, 50 % feedback", {0, 0}, behaviour(0.5, 0)},
      {"the same, 5 % feedback", {0, 0}, behaviour(0.05, 0)},
      {"the same, no feedback", {0, 0}, behaviour(0, 0)},
      {"difficulty sigma 1.5, 50 %", {1.5, 0}, behaviour(0.5, 0)},
      {"difficulty 1.5 and feedback 0.7, 50 %", {1.5, 0.7}, behaviour(0.5, 0)},
      {"V lognormal, sigma 0.6, 50 %", {0, 0}, behaviour(0.5, 0.6)},
      {"V lognormal, difficulty 1, 5 %", {1, 0}, behaviour(0.05, 0.6)},
      {"V lognormal, twice the feedback after leaving, bound 2.5",
       {0, 0},
       behaviour(0.4, 0.6),
       2.5},
  };
  all.back().behaviour.feedback_left = 0.8;
  return all;
}

game::RoutingGame game_of(double value, double penalty, const std::array<game::Model, 2>& models) {
  return game::RoutingGame::make({value, 1}, {penalty}, {models[0], models[1]}).value();
}

game::RoutingGame true_game() {
  return game_of(14, 0.1 * kLifetimeValue, {{{0.75, 8, 2}, {0.45, 3, 0.4}}});
}

std::vector<policy::Policy> policies(const std::vector<std::string>& texts) {
  std::vector<policy::Policy> all;
  for (const auto& text : texts) all.push_back(policy::Policy::parse(text, names).value());
  return all;
}

Setting setting_of(const Case& c) {
  return {true_game(),  names,
          c.difficulty, policies({"mini", "large", "mini,large", "mini,mini,large"}),
          c.behaviour,  {}};
}

/// A figure's truth, and where an estimate has it.
struct Watched {
  std::string name;
  double truth = 0;
  std::function<const Figure*(const estimation::LogEstimate&)> find;
};

std::vector<Watched> watched(const Case& c) {
  const auto game = true_game();
  std::vector<Watched> all;
  for (std::size_t k = 0; k < 2; ++k) {
    all.push_back({"p of " + names[k], game.model(k).success,
                   [k](const auto& e) { return &e.models.at(k).success; }});
    all.push_back({"t of " + names[k], game.pass(k).latency,
                   [k](const auto& e) { return &e.models.at(k).latency; }});
  }
  all.push_back(
      {"sigma", c.difficulty.sigma, [](const auto& e) { return e.sigma ? &*e.sigma : nullptr; }});
  all.push_back({"delta", c.difficulty.feedback,
                 [](const auto& e) { return e.feedback ? &*e.feedback : nullptr; }});
  all.push_back({"V (median)", game.user().value, [](const auto& e) { return &e.value; }});
  all.push_back(
      {"sigma of ln V", c.behaviour.value_sigma, [](const auto& e) { return &e.value_sigma; }});
  all.push_back({"patience", c.behaviour.patience, [](const auto& e) { return &e.patience; }});
  all.push_back({"P", game.churn_penalty(), [](const auto& e) { return &e.churn_penalty; }});
  return all;
}

const std::vector<std::string> plans = {
    "mini", "large", "mini,large", "mini,mini,large", "large,mini", "mini,mini,mini,large"};

std::vector<double> plan_costs(const game::RoutingGame& game, const game::Difficulty& difficulty,
                               const Behaviour& how) {
  std::vector<double> costs;
  for (const auto& plan : plans) {
    costs.push_back(
        Agents({game, names, difficulty, policies({plan}), how, {}}).expected()->provider_cost);
  }
  return costs;
}

double regret(const Case& c, const estimation::LogEstimate& e) {
  constexpr double kLeast = 0.001;
  const auto model = [&](std::size_t k) {
    return game::Model{std::clamp(e.models[k].success.value, kLeast, 1.0),
                       std::max(0.0, e.models[k].latency.value), e.models[k].cost.value};
  };
  Behaviour how = c.behaviour;
  how.value_sigma = e.value_sigma.basis == estimation::Basis::kIdentified ? e.value_sigma.value : 0;
  how.patience = e.patience.value;
  game::Difficulty difficulty;
  if (e.independence && e.independence->rejected) {
    // A feedback that may as well be 0 is not carried on to attempts that the log hardly has.
    const bool told = e.feedback->low > 0 || e.feedback->high < 0;
    difficulty = {e.sigma->value, told ? e.feedback->value : 0, e.tau ? e.tau->value : 0};
  }
  const auto believed = plan_costs(
      game_of(e.value.value, e.churn_penalty.value, {model(0), model(1)}), difficulty, how);
  const auto truth = plan_costs(true_game(), c.difficulty, c.behaviour);
  const auto chosen = std::min_element(believed.begin(), believed.end()) - believed.begin();
  return truth[static_cast<std::size_t>(chosen)] / *std::min_element(truth.begin(), truth.end()) -
         1;
}

/// What one log gave.
struct OneLog {
  std::vector<Figure> figures;  // as watched; passes = -1 where there is none
  double passes = 0;
  double regret = -1;
};

OneLog play_log(const Case& c, const Agents& agents, const std::vector<Watched>& figures,
                std::uint64_t tasks, std::uint64_t seed, bool with_regret) {
  OneLog log;
  std::vector<traffic::Pass> passes;
  agents.write_log(tasks, seed, [&](const traffic::Pass& pass) {
    passes.push_back(pass);
    return true;
  });
  log.passes = static_cast<double>(passes.size());
  estimation::LogSelection selection;
  const auto statistics = estimation::gather(std::move(passes), selection);
  estimation::EstimateOptions options;
  options.lifetime_value = kLifetimeValue;
  options.feedback_odds = c.feedback_odds;
  options.seed = seed;
  options.draws = 800;
  const auto estimated = estimation::estimate(*statistics, options).value();
  for (const auto& w : figures) {
    const Figure* figure = w.find(estimated);
    log.figures.push_back(figure == nullptr ? Figure{0, 0, 0, estimation::Basis::kAssumed, -1}
                                            : *figure);
  }
  if (with_regret) log.regret = regret(c, estimated);
  return log;
}

CoverageSetting measure(const Case& c, std::size_t logs, std::uint64_t tasks,
                        std::size_t regret_logs, std::uint64_t seed, const base::Watch& watch) {
  const Agents agents(setting_of(c));
  const auto figures = watched(c);
  std::vector<OneLog> results(logs);
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> workers;
  for (std::size_t worker = 0; worker < threads; ++worker) {
    workers.emplace_back([&, worker] {
      for (std::size_t i = worker; i < logs; i += threads) {
        if (watch.cancellation.requested()) return;
        results[i] = play_log(c, agents, figures, tasks, seed + i, i < regret_logs);
        if (worker == 0) watch.on_steps(std::min(threads, logs - i));
      }
    });
  }
  for (auto& worker : workers) worker.join();
  if (watch.cancellation.requested()) return {};
  CoverageSetting setting{c.name, 0, {}, 0, 0, 0};
  for (std::size_t f = 0; f < figures.size(); ++f) {
    CoveredFigure covered{figures[f].name, figures[f].truth, 0, 0, 0, {}, 0};
    for (const auto& log : results) {
      const Figure& figure = log.figures[f];
      if (figure.basis == estimation::Basis::kAssumed) continue;  // promises nothing
      ++covered.logs;
      covered.covered += figure.low <= covered.truth && covered.truth <= figure.high ? 1 : 0;
      covered.identified += figure.basis == estimation::Basis::kIdentified ? 1 : 0;
      covered.mean_width += (figure.high - figure.low) / static_cast<double>(logs);
    }
    covered.coverage = numeric::proportion(covered.covered, covered.logs);
    setting.figures.push_back(covered);
  }
  for (const auto& log : results) {
    setting.passes += log.passes / static_cast<double>(logs);
    if (log.regret < 0) continue;
    ++setting.regret_logs;
    setting.mean_regret += log.regret;
    setting.worst_regret = std::max(setting.worst_regret, log.regret);
  }
  if (setting.regret_logs > 0) setting.mean_regret /= static_cast<double>(setting.regret_logs);
  return setting;
}

}  // namespace

std::vector<CoverageSetting> measure_coverage(std::size_t logs, std::uint64_t tasks,
                                              std::size_t regret_logs, std::uint64_t seed,
                                              const base::Watch& watch) {
  std::vector<CoverageSetting> all;
  for (const auto& c : cases()) all.push_back(measure(c, logs, tasks, regret_logs, seed, watch));
  return all;
}

}  // namespace turnout::verification
