#include "turnout/analysis/advise_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "turnout/analysis/advice_words.h"
#include "turnout/estimation/policy_play.h"

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

/// What a policy comes to in each draw.
std::vector<WorldPayoffs> plays_of(const policy::Policy& policy, const LogPosterior& posterior) {
  std::vector<WorldPayoffs> plays;
  for (const LogWorld& world : posterior.draws)
    plays.push_back(estimation::play_policy(policy, world));
  return plays;
}

/// What the advice is compared with, in each draw.
std::vector<WorldPayoffs> plays_today(const LogModel& model, const LogPosterior& posterior,
                                      const std::optional<policy::Policy>& in_force) {
  if (in_force) return plays_of(*in_force, posterior);
  std::vector<WorldPayoffs> plays;
  for (const LogWorld& world : posterior.draws) plays.push_back(model.today(world));
  return plays;
}

/// Puts what the chosen sequence and today's policy come to into the answer.
void compare(const std::vector<WorldPayoffs>& today, const PlayedSequences& played,
             const std::vector<double>& penalties, std::size_t best, AdviseAnswer& answer) {
  constexpr double kRounding = 1e-9;  // the same policy, added up in another order
  std::vector<double> saving;
  for (std::size_t d = 0; d < today.size(); ++d) {
    const double now = estimation::provider_cost(today[d], penalties[d]);
    const double saved = now - estimation::provider_cost(played.plays[best][d], penalties[d]);
    saving.push_back(std::abs(saved) < kRounding * std::abs(now) ? 0 : saved);
  }
  answer.then = figures(played.plays[best], penalties);
  answer.today = figures(today, penalties);
  answer.saving = interval(std::move(saving));
}

/// A smaller share of an attempt counts as none.
constexpr double kLeastShare = 0.015;

/// The sequence with at most so much of an attempt by others, as often as each may be the best there.
std::string exploring_policy(const AdviseAnswer& answer, double most) {
  std::vector<std::vector<double>> shares;
  for (std::size_t m = 0; m < answer.chances.size(); ++m) {
    auto attempt = answer.chances[m];
    attempt.resize(answer.models.size());
    const std::size_t own = answer.sequence[std::min(m, answer.sequence.size() - 1)];
    const double others = 1 - attempt[own];
    const double weight = others > most ? most / others : 1;
    for (double& share : attempt) share *= weight;
    attempt[own] += 1 - weight;
    for (double& share : attempt) {
      if (share < kLeastShare) share = 0;
    }
    const double sum = std::accumulate(attempt.begin(), attempt.end(), 0.0);
    for (double& share : attempt) share /= sum;
    shares.push_back(std::move(attempt));
  }
  return shares.empty() ? answer.policy : shares_text(shares, answer.models);
}

/// How to learn what is not known as far as that is worth its price, where costs and P are known.
void explore(const LogPosterior& posterior, const std::vector<double>& penalties,
             double most_explored, AdviseAnswer& answer) {
  double most = most_explored;
  while (most >= kLeastShare) {
    answer.exploring = exploring_policy(answer, most);
    const auto policy = policy::Policy::parse(answer.exploring, answer.models);
    if (!policy) break;
    answer.exploring_costs =
        figures(plays_of(*policy, posterior), penalties).cost.value - answer.then.cost.value;
    if (answer.exploring_costs <= kWorthExploring * answer.regret) return;
    most /= 2;
  }
  answer.exploring = answer.policy;
  answer.exploring_costs = 0;
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
  for (const auto& [option, value] :
       {std::pair{"--ltv", options.lifetime_value}, std::pair{"--penalty", options.penalty}}) {
    if (value && !(*value >= 0 && *value <= AdviseOptions::kMostDollars))
      return base::Error{
          base::ErrorCode::kInvalidValue,
          fmt::format("is {}, expected 0 to {}", *value, AdviseOptions::kMostDollars), option};
  }
  if (options.lifetime_value && options.penalty)
    return base::Error{base::ErrorCode::kInvalidValue, "is told twice: by --penalty and by --ltv",
                       "P"};
  return base::Done{};
}

/// P in each draw; 0 where it is not known.
std::vector<double> penalties_of(const LogPosterior& posterior, const AdviseOptions& options,
                                 bool told) {
  auto penalties = penalties_of(posterior, told ? options.lifetime_value.value_or(0) : 0);
  if (options.penalty) std::fill(penalties.begin(), penalties.end(), *options.penalty);
  return penalties;
}

base::Result<std::optional<policy::Policy>> policy_in_force(
    const AdviseOptions& options, const std::vector<std::string>& models) {
  if (options.in_force.empty()) return std::optional<policy::Policy>();
  TURNOUT_TRY(auto policy, policy::Policy::parse(options.in_force, models).within("--in-force"));
  return std::optional(std::move(policy));
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
  TURNOUT_TRY(const auto in_force, policy_in_force(options, model.names()));
  TURNOUT_TRY(const LogPosterior posterior,
              estimation::log_posterior(model, tempering(options), watch));
  const bool told = tells_who_returns(reading.statistics.returns);
  const auto penalties = penalties_of(posterior, options, told);
  const auto played = estimation::play_sequences(posterior, penalties, watch.cancellation);
  TURNOUT_CHECK(watch.cancellation.check());
  const auto choice = estimation::choose_sequence(played, penalties);
  AdviseAnswer answer;
  answer.source = source;
  answer.reading = std::move(reading);
  answer.models = model.names();
  answer.lifetime_value = options.lifetime_value;
  answer.penalty = options.penalty;
  answer.costs_known = has_costs(model);
  answer.penalty_known = options.penalty || (options.lifetime_value && told);
  answer.sequence = played.tried[choice.best];
  answer.policy = policy_text(answer.sequence, answer.models);
  answer.policy_today = in_force ? in_force->text() : shares_text(model.shares(), answer.models);
  answer.regret = choice.mean_regret;
  answer.chance_of_regret = choice.chance_of_regret;
  compare(plays_today(model, posterior, in_force), played, penalties, choice.best, answer);
  answer.exploring = "explore:0.1/" + answer.policy;
  if (answer.costs_known && answer.penalty_known) {
    answer.chances = estimation::best_models(played, penalties);
    explore(posterior, penalties, options.most_explored, answer);
  }
  if (!options.lifetime_value && !options.penalty && told && answer.costs_known)
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
