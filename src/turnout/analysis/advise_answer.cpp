#include "turnout/analysis/advise_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "turnout/analysis/advice_words.h"

namespace turnout::analysis {
namespace {

using estimation::LogModel;
using estimation::LogPosterior;
using estimation::LogWorld;
using estimation::PlayedSequences;
using estimation::WorldPayoffs;

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
    cost.push_back(estimation::provider_cost(plays[d], penalties[d]));
    service.push_back(plays[d].cost);
    leaving.push_back(1 - plays[d].success);
    latency.push_back(plays[d].latency);
  }
  return {interval(std::move(cost)), interval(std::move(service)), interval(std::move(leaving)),
          interval(std::move(latency))};
}

std::vector<double> penalties_of(const LogPosterior& posterior, double lifetime_value) {
  std::vector<double> penalties;
  for (const LogWorld& world : posterior.draws)
    penalties.push_back(world.churn_penalty(lifetime_value));
  return penalties;
}

/// For which lifetime values which sequence is best.
std::vector<LifetimeRange> lifetime_ranges(const LogPosterior& posterior,
                                           const PlayedSequences& played,
                                           const std::vector<std::string>& models) {
  constexpr double kLeast = 0.01;
  constexpr double kMost = 1e5;
  constexpr int kSteps = 70;  // a quarter more each
  std::vector<LifetimeRange> ranges;
  for (int i = -1; i <= kSteps; ++i) {
    const double value = i < 0 ? 0 : kLeast * std::pow(kMost / kLeast, double(i) / kSteps);
    const auto choice = estimation::choose_sequence(played, penalties_of(posterior, value));
    std::string policy = policy_text(played.tried[choice.best], models);
    if (!ranges.empty() && ranges.back().policy == policy) continue;
    if (!ranges.empty()) ranges.back().to = value;
    ranges.push_back({value, std::nullopt, std::move(policy)});
  }
  return ranges;
}

std::vector<WorthOfData> worth_of_data(const LogPosterior& posterior, const PlayedSequences& played,
                                       const std::vector<double>& penalties,
                                       const std::vector<std::string>& models) {
  std::vector<WorthOfData> all;
  for (const auto& assumption : estimation::assumptions_of(models.size())) {
    if (assumption.quantity == estimation::Quantity::kLatency ||
        assumption.quantity == estimation::Quantity::kCost)
      continue;  // every pass tells these
    std::vector<double> quantity;
    for (std::size_t d = 0; d < posterior.draws.size(); ++d)
      quantity.push_back(estimation::number_of(assumption, posterior.draws[d], penalties[d]));
    const double gain = estimation::worth_of_knowing(played, penalties, quantity);
    all.push_back({in_words(assumption, models), how_to_learn(assumption, models), gain});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const WorthOfData& a, const WorthOfData& b) { return a.gain > b.gain; });
  return all;
}

/// Puts what the chosen sequence and the log's own policy come to into the answer.
void compare(const LogModel& model, const LogPosterior& posterior, const PlayedSequences& played,
             const std::vector<double>& penalties, std::size_t best, AdviseAnswer& answer) {
  constexpr double kRounding = 1e-9;  // the same policy, added up in another order
  std::vector<WorldPayoffs> today;
  std::vector<double> saving;
  for (std::size_t d = 0; d < posterior.draws.size(); ++d) {
    today.push_back(model.today(posterior.draws[d]));
    const double now = estimation::provider_cost(today[d], penalties[d]);
    const double saved = now - estimation::provider_cost(played.plays[best][d], penalties[d]);
    saving.push_back(std::abs(saved) < kRounding * std::abs(now) ? 0 : saved);
  }
  answer.then = figures(played.plays[best], penalties);
  answer.today = figures(today, penalties);
  answer.saving = interval(std::move(saving));
}

/// Whether each model has a pass with a cost.
bool has_costs(const LogModel& model) {
  for (std::size_t k = 0; k < model.names().size(); ++k) {
    if (model.table().cost(k).count == 0) return false;
  }
  return true;
}

/// Whether the log has users of whom it tells whether they came back.
bool tells_who_returns(const estimation::ReturnCounts& returns) {
  return std::any_of(returns.tasks.begin(), returns.tasks.end(), [](auto n) { return n > 0; });
}

base::Status check(const AdviseOptions& options) {
  if (options.draws < AdviseOptions::kLeastDraws || options.draws > AdviseOptions::kMostDraws)
    return base::Error{base::ErrorCode::kInvalidValue,
                       fmt::format("is {}, expected {} to {}", options.draws,
                                   AdviseOptions::kLeastDraws, AdviseOptions::kMostDraws),
                       "--draws"};
  return base::Done{};
}

}  // namespace

std::size_t advice_steps(const AdviseOptions& options) {
  const auto how = tempering(options);
  return how.runs * how.warm_up + how.draws * how.apart;
}

base::Result<AdviseAnswer> advise_answer(const std::string& source, LogReading reading,
                                         const AdviseOptions& options, const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  if (reading.statistics.paths.empty()) return no_pass(source, reading.statistics, reading.import);
  const LogModel model(reading.statistics);
  TURNOUT_TRY(const LogPosterior posterior,
              estimation::log_posterior(model, tempering(options), watch));
  const bool told = tells_who_returns(reading.statistics.returns);
  const auto penalties = penalties_of(posterior, told ? options.lifetime_value.value_or(0) : 0);
  const auto played = estimation::play_sequences(posterior, penalties, watch.cancellation);
  TURNOUT_CHECK(watch.cancellation.check());
  const auto choice = estimation::choose_sequence(played, penalties);
  AdviseAnswer answer;
  answer.source = source;
  answer.reading = std::move(reading);
  answer.models = model.names();
  answer.lifetime_value = options.lifetime_value;
  answer.costs_known = has_costs(model);
  answer.penalty_known = options.lifetime_value.has_value() && told;
  answer.sequence = played.tried[choice.best];
  answer.policy = policy_text(answer.sequence, answer.models);
  answer.policy_today = shares_text(model.shares(), answer.models);
  answer.exploring = "explore:0.1/" + answer.policy;
  answer.regret = choice.mean_regret;
  answer.chance_of_regret = choice.chance_of_regret;
  compare(model, posterior, played, penalties, choice.best, answer);
  if (!options.lifetime_value && told && answer.costs_known)
    answer.ranges = lifetime_ranges(posterior, played, answer.models);
  answer.worth_most = worth_of_data(posterior, played, penalties, answer.models);
  for (const auto& limit :
       estimation::choice_limits(posterior, played, penalties, choice.best, watch.cancellation)) {
    answer.rests_on.push_back(
        {in_words(limit.assumption, answer.models) + ", " + unit_of(limit.assumption.quantity),
         limit.value, limit.flips_at,
         limit.flips_at ? policy_text(limit.then, answer.models) : ""});
  }
  TURNOUT_CHECK(watch.cancellation.check());
  answer.reason = reason_to_decline(answer);
  answer.declined = !answer.reason.empty();
  answer.notes = notes_of(answer);
  return answer;
}

std::size_t worth_telling(const AdviseAnswer& answer) {
  constexpr double kShare = 1e-3;
  const double least = kShare * std::abs(answer.then.cost.value);
  const auto& all = answer.worth_most;
  const auto end = std::find_if(all.begin(), all.end(), [&](const WorthOfData& worth) {
    return worth.gain == 0 || worth.gain < least;
  });
  return static_cast<std::size_t>(end - all.begin());
}

}  // namespace turnout::analysis
