#include "turnout/analysis/robust_plan_answer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "turnout/analysis/compiled_policy.h"
#include "turnout/analysis/plan_answer.h"
#include "turnout/game/population_plan.h"
#include "turnout/game/robust_plan.h"
#include "turnout/numeric/sample.h"
#include "turnout/scenario/posterior.h"
#include "turnout/scenario/scenario_types.h"

namespace turnout::analysis {
namespace {

using game::PossibleGame;
using game::Sequence;
using scenario::NumberValues;
using scenario::Scenario;
using scenario::Uncertainty;

constexpr std::size_t kMostSearched = 2000;
constexpr std::size_t kMostNumbers = 16'000'000;  // kept while searching: 128 MB
constexpr std::size_t kMostWork = 500'000'000;    // types and segments looked at: some seconds

/// What is drawn, and how it becomes a game.
struct Posterior {
  const Scenario& scenario;
  const std::vector<Uncertainty>& uncertain;
  std::vector<NumberValues> draws;

  [[nodiscard]] scenario::PossibleGames games(std::size_t depth) const {
    return {scenario, uncertain, depth};
  }
  [[nodiscard]] base::Result<PossibleGame> mean(std::size_t depth) const {
    return games(depth).with(means_of(uncertain)).within(scenario.source);
  }
  [[nodiscard]] base::Result<std::vector<PossibleGame>> first(std::size_t count,
                                                              std::size_t depth) const {
    const scenario::PossibleGames possible = games(depth);
    std::vector<PossibleGame> all;
    for (std::size_t i = 0; i < count; ++i) {
      TURNOUT_TRY(auto one, possible.with(draws[i]).within(scenario.source));
      all.push_back(std::move(one));
    }
    return all;
  }
};

/// Numbers that a draw has in the search: per attempt on offer and model.
std::size_t numbers_of(const PossibleGame& game) {
  return game.types.size() + 2 * game.segments.size();
}

std::size_t draws_to_search(const PossibleGame& game, std::size_t depth, std::size_t draws) {
  const std::size_t each =
      std::max(numbers_of(game) * game.game.size() * depth, game.types.numbers());
  return std::min(
      {draws, kMostSearched, std::max(RobustOptions::kLeastDraws, kMostNumbers / each)});
}

game::SearchLimits limits_for(const PossibleGame& game, std::size_t draws,
                              const RobustOptions& options, const base::Watch& watch) {
  const std::size_t each = numbers_of(game) * game.game.size() * draws;
  return {options.nodes.value_or(std::max<std::size_t>(100, kMostWork / each)), watch};
}

/// A plan over some draws, with the mean game's as a hint.
struct Searched {
  std::size_t depth = 0;
  Sequence at_mean;
  double believed_cost = 0;
  game::RobustPlan plan;
};
base::Result<Searched> search(const Posterior& posterior, std::size_t draws, std::size_t depth,
                              const RobustOptions& options, const base::Watch& watch) {
  TURNOUT_TRY(const auto mean, posterior.mean(depth));
  TURNOUT_TRY(const auto games, posterior.first(draws, depth));
  game::SearchLimits limits;
  limits.watch.cancellation = watch.cancellation;
  auto best = game::best_for_game(mean, depth, limits);
  const std::vector<Sequence> hints = {best.models};
  auto plan = game::robust_plan(games, depth, hints, limits_for(mean, draws, options, watch));
  TURNOUT_CHECK(watch.cancellation.check());
  return Searched{depth, std::move(best.models), best.value, std::move(plan)};
}

/// The depth from which on more attempts save too little, by a part of the draws.
base::Result<std::size_t> grown_depth(const Posterior& posterior, std::size_t draws,
                                      const RobustOptions& options, const base::Watch& watch) {
  constexpr auto kDepths = std::to_array<std::size_t>({5, 8, 12, 16, kMostGrown});
  constexpr std::size_t kFew = 200;
  const std::size_t deepest = scenario::deepest_of_many(posterior.scenario, posterior.uncertain);
  std::size_t chosen = std::min(kDepths[0], deepest);
  double cost = 0;
  for (const std::size_t step : kDepths) {
    const std::size_t depth = std::min(step, deepest);
    if (depth < step && depth <= chosen) break;
    TURNOUT_TRY(const auto found, search(posterior, std::min(draws, kFew), depth, options, watch));
    const double now = found.plan.certificate.bound + found.plan.certificate.gap;
    if (depth > chosen && !(cost - now > kWorthwhile * std::abs(cost))) break;
    chosen = depth;
    cost = now;
  }
  return chosen;
}

/// A sequence played in draw after draw.
class PlayedOver {
 public:
  PlayedOver(Sequence sequence, std::size_t draws)
      : sequence_(std::move(sequence)), weight_(1 / static_cast<double>(draws)) {
    for (const std::size_t k : sequence_) plan_.attempts.push_back({{{k, 1.0}}, 0});
    plan_.ends = true;
  }
  /// @returns J in this game.
  double add(const PossibleGame& game) {
    const auto play = game::play_sequence_for_all(game.game, game.segments, game.types, sequence_);
    for (std::size_t j = 0; j < sequence_.size(); ++j)
      plan_.attempts[j].reach += weight_ * play.reach[j];
    for (std::size_t s = 0; s < game.segments.size(); ++s) {
      if (game.segments[s].share > 0) longest_ = std::max(longest_, play.attempts[s]);
    }
    auto& sum = plan_.payoffs;
    sum.provider_cost += weight_ * play.mean.provider_cost;
    sum.user_utility += weight_ * (play.mean.user_utility + game.segments.front().user.outside);
    sum.success += weight_ * play.mean.success;
    sum.latency += weight_ * play.mean.latency;
    sum.service_cost += weight_ * play.mean.service_cost;
    costs.push_back(play.mean.provider_cost);
    return play.mean.provider_cost;
  }
  [[nodiscard]] game::EscalationPlan plan() const {
    game::EscalationPlan plan = plan_;
    if (longest_ < sequence_.size()) plan.leaves_after = longest_;
    for (auto& attempt : plan.attempts) attempt.reach = std::min(1.0, attempt.reach);
    plan.payoffs.success = std::min(1.0, plan.payoffs.success);
    return plan;
  }
  std::vector<double> costs;  ///< J by draw

 private:
  Sequence sequence_;
  double weight_;
  game::EscalationPlan plan_;
  std::size_t longest_ = 0;
};

DrawnMean mean_of(const std::vector<double>& numbers) {
  numeric::Sample sample;
  for (const double x : numbers) sample.add(x);
  return {sample.mean(), sample.standard_error()};
}

DrawnMean mean_difference(const std::vector<double>& more, const std::vector<double>& less) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < less.size(); ++i) differences.push_back(more[i] - less[i]);
  return mean_of(differences);
}

/// @returns the share-quantile of some numbers: the smallest that so many are not above.
double quantile(std::vector<double> numbers, double share) {
  const auto rank =
      static_cast<std::size_t>(std::ceil(share * static_cast<double>(numbers.size())) - 1);
  const auto at = numbers.begin() + static_cast<std::ptrdiff_t>(std::min(rank, numbers.size() - 1));
  std::nth_element(numbers.begin(), at, numbers.end());
  return *at;
}

/// What the search says of the draws that it looked at.
void take_from_search(RobustPlanAnswer& answer, const Posterior& posterior,
                      const Searched& searched) {
  const game::RobustPlan& plan = searched.plan;
  answer.depth = searched.depth;
  answer.searched = plan.costs.size();
  answer.believed_cost = searched.believed_cost;
  answer.certificate = plan.certificate;
  answer.searched_cost = plan.certificate.bound + plan.certificate.gap;
  answer.perfect_information = mean_difference(plan.costs, plan.least);
  answer.perfect_information.value = std::max(0.0, answer.perfect_information.value);
  std::size_t best = 0;
  for (std::size_t i = 0; i < plan.costs.size(); ++i)
    best += plan.costs[i] <= plan.least[i] + kWorthwhile * std::abs(plan.least[i]) ? 1U : 0U;
  answer.best_share = static_cast<double>(best) / static_cast<double>(plan.costs.size());
  std::vector<std::vector<double>> numbers(posterior.uncertain.size());
  for (std::size_t i = 0; i < plan.costs.size(); ++i) {
    for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k].push_back(posterior.draws[i][k]);
  }
  const auto gains = game::information_gains(plan.considered, numbers);
  for (std::size_t k = 0; k < gains.size(); ++k)
    answer.information.push_back({symbol(posterior.uncertain[k]), gains[k]});
  std::stable_sort(answer.information.begin(), answer.information.end(),
                   [](const auto& a, const auto& b) { return a.gain > b.gain; });
}

/// Plays both plans in all draws.
base::Status play_in_all(RobustPlanAnswer& answer, const Posterior& posterior,
                         const Searched& searched, const base::Watch& watch) {
  constexpr std::size_t kPerReport = 256;
  const std::size_t draws = posterior.draws.size();
  PlayedOver robust(searched.plan.sequence, draws);
  PlayedOver at_mean(searched.at_mean, draws);
  const scenario::PossibleGames games = posterior.games(searched.depth);
  for (std::size_t i = 0; i < draws; ++i) {
    TURNOUT_TRY(const auto game, games.with(posterior.draws[i]).within(posterior.scenario.source));
    robust.add(game);
    at_mean.add(game);
    if ((i + 1) % kPerReport != 0) continue;
    watch.on_steps(kPerReport);
    TURNOUT_CHECK(watch.cancellation.check());
  }
  answer.plan = robust.plan();
  answer.at_mean = at_mean.plan();
  answer.cost = mean_of(robust.costs);
  answer.saving = mean_difference(at_mean.costs, robust.costs);
  answer.quantiles = {quantile(robust.costs, 0.05), quantile(robust.costs, 0.5),
                      quantile(robust.costs, 0.95)};
  return base::Done{};
}

}  // namespace

std::vector<double> means_of(const std::vector<Uncertainty>& uncertain) {
  std::vector<double> means;
  for (const Uncertainty& u : uncertain) means.push_back(u.mean);
  return means;
}

base::Result<RobustPlanAnswer> robust_plan_answer(const Scenario& scenario,
                                                  const std::vector<Uncertainty>& uncertain,
                                                  const RobustOptions& options,
                                                  const base::Watch& watch) {
  TURNOUT_TRY(
      auto draws,
      scenario::draw_numbers(uncertain, options.draws, options.seed).within(scenario.source));
  const Posterior posterior{scenario, uncertain, std::move(draws)};
  const std::size_t most =
      options.depth.value_or(std::min(kMostGrown, scenario::deepest_of_many(scenario, uncertain)));
  TURNOUT_TRY(const auto mean, posterior.mean(most));
  const std::size_t searched = draws_to_search(mean, most, options.draws);
  std::size_t depth = options.depth.value_or(0);
  if (depth == 0) {
    TURNOUT_TRY(depth, grown_depth(posterior, searched, options, watch));
  }
  TURNOUT_TRY(const Searched found, search(posterior, searched, depth, options, watch));
  RobustPlanAnswer answer;
  take_from_search(answer, posterior, found);
  TURNOUT_CHECK(play_in_all(answer, posterior, found, watch));
  auto policy = policy_text_of(answer.plan, scenario.game, scenario.names);
  if (policy) answer.policy = *std::move(policy);
  return answer;
}

}  // namespace turnout::analysis
