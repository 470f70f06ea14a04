#include "turnout/analysis/advise_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "turnout/numeric/normal.h"
#include "turnout/policy/policy_text.h"

namespace turnout::analysis {
namespace {

using estimation::LogModel;
using estimation::LogPosterior;
using estimation::LogWorld;
using estimation::Sequence;
using estimation::SequenceChoice;
using estimation::WorldPayoffs;

/// Regrets above these, as shares of the cost, decline.
constexpr double kMeanRegret = 0.04;

numeric::TemperingOptions tempering(const AdviseOptions& options) {
  numeric::TemperingOptions how;
  how.draws = options.draws;
  how.seed = options.seed;
  return how;
}

numeric::Interval interval(std::vector<double> draws) {
  double mean = 0;
  for (const double x : draws) mean += x / static_cast<double>(draws.size());
  const auto [low, high] = estimation::interval_of(std::move(draws));
  return {mean, std::min(low, mean), std::max(high, mean)};
}

PolicyFigures figures(const std::vector<WorldPayoffs>& plays,
                      const std::vector<double>& penalties) {
  std::vector<double> cost;
  std::vector<double> service;
  std::vector<double> leaving;
  std::vector<double> latency;
  for (std::size_t d = 0; d < plays.size(); ++d) {
    cost.push_back(plays[d].cost + penalties[d] * (1 - plays[d].success));
    service.push_back(plays[d].cost);
    leaving.push_back(1 - plays[d].success);
    latency.push_back(plays[d].latency);
  }
  return {interval(std::move(cost)), interval(std::move(service)), interval(std::move(leaving)),
          interval(std::move(latency))};
}

/// As simulate --policy reads it: "mini,mini,large" or "mini*5,large".
std::string text_of(const Sequence& sequence, const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < sequence.size();) {
    std::size_t run = 1;
    while (i + run < sequence.size() && sequence[i + run] == sequence[i]) ++run;
    text += (text.empty() ? "" : ",") + policy::written_name(names[sequence[i]]);
    if (run > 1) text += fmt::format("*{}", run);
    i += run;
  }
  return text;
}

}  // namespace

std::size_t advice_steps(const AdviseOptions& options) {
  const auto how = tempering(options);
  return how.warm_up + how.draws * how.apart;
}

base::Result<AdviseAnswer> advise_answer(const std::string& source, LogReading reading,
                                         const AdviseOptions& options, const base::Watch& watch) {
  const LogModel model(reading.statistics);
  TURNOUT_TRY(const LogPosterior posterior,
              estimation::log_posterior(model, tempering(options), watch));
  const double lifetime = options.lifetime_value.value_or(0);
  const auto penalty = [&](const LogWorld& world) { return world.churn_penalty(lifetime); };
  const SequenceChoice choice = estimation::choose_sequence(posterior, penalty, watch.cancellation);
  TURNOUT_CHECK(watch.cancellation.check());
  AdviseAnswer answer;
  answer.source = source;
  answer.reading = std::move(reading);
  answer.models = model.names();
  answer.sequence = choice.tried[choice.best];
  answer.policy = text_of(answer.sequence, answer.models);
  std::vector<double> penalties;
  std::vector<WorldPayoffs> today;
  std::vector<double> saving;
  for (std::size_t d = 0; d < posterior.draws.size(); ++d) {
    const LogWorld& world = posterior.draws[d];
    penalties.push_back(penalty(world));
    today.push_back(model.today(world));
    saving.push_back(today[d].cost + penalties[d] * (1 - today[d].success) -
                     choice.costs[choice.best][d]);
  }
  answer.then = figures(choice.plays, penalties);
  answer.today = figures(today, penalties);
  answer.saving = interval(std::move(saving));
  answer.regret = choice.mean_regret;
  answer.declined = choice.mean_regret > kMeanRegret * std::abs(choice.mean_cost);
  answer.notes.push_back(fmt::format("accepted {:.3f} regret {:.4f} high {:.4f}",
                                     posterior.accepted, choice.mean_regret / choice.mean_cost,
                                     choice.high_regret / choice.mean_cost));
  const LogWorld& w = posterior.middle;
  answer.notes.push_back(
      fmt::format("sigma {:.3f} feedback {:.3f} rho {:.3f} V {:.1f} vs {:.2f} ls {:.3f} lu {:.3f}",
                  w.sigma, w.feedback, w.patience[0], std::exp(w.log_value), w.value_sigma,
                  w.leaves_solved, w.leaves_unsolved));
  return answer;
}

}  // namespace turnout::analysis
