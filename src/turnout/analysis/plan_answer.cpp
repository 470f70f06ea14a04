#include "turnout/analysis/plan_answer.h"

#include <array>
#include <cmath>
#include <utility>

#include "turnout/analysis/compiled_policy.h"
#include "turnout/analysis/outside.h"
#include "turnout/analysis/paper_scenario.h"
#include "turnout/base/option_range.h"
#include "turnout/game/endless_bound.h"
#include "turnout/game/population_plan.h"
#include "turnout/scenario/scenario_scope.h"
#include "turnout/scenario/scenario_types.h"

namespace turnout::analysis {
namespace {

constexpr std::size_t kNodesWithDepth = 2'000'000;
constexpr std::size_t kNodesWithout = 100'000;  // of some 600 bytes, which stay in memory

base::Status check(const PlanOptions& options, const scenario::Scenario& scenario) {
  if (options.depth)
    TURNOUT_CHECK(base::check_option("depth", *options.depth, 1, scenario::deepest(scenario)));
  if (options.nodes) TURNOUT_CHECK(base::check_option("nodes", *options.nodes, 1, kMostNodes));
  return base::Done{};
}

game::PlanClasses compare(const scenario::Scenario& scenario, std::optional<std::size_t> depth,
                          std::optional<std::size_t> nodes, const base::Watch& watch) {
  if (!depth) return game::compare_plans(scenario.game, {nodes.value_or(kNodesWithout), watch});
  const auto types = scenario::task_types(scenario, *depth);
  const game::SearchLimits limits{nodes.value_or(kNodesWithDepth), watch};
  if (!scenario.segments.empty())
    return game::compare_plans(scenario.game, scenario.segments, types, *depth, limits);
  return game::compare_plans(scenario.game, types, *depth, limits);
}

/// Plans of growing depth, until more attempts save too little.
struct Grown {
  game::PlanClasses classes;
  std::size_t depth;
};
Grown grow(const scenario::Scenario& scenario, std::optional<std::size_t> nodes,
           const base::Watch& watch) {
  constexpr auto kDepths = std::to_array<std::size_t>({5, 8, 12, 16, kMostGrown});
  Grown grown{compare(scenario, kDepths[0], nodes, watch), kDepths[0]};
  const std::size_t deepest = scenario::deepest(scenario);
  for (std::size_t i = 1; i < kDepths.size() && !watch.cancellation.requested(); ++i) {
    if (kDepths.at(i) > deepest) break;
    auto deeper = compare(scenario, kDepths.at(i), nodes, watch);
    const double cost = grown.classes.plan.plan.payoffs.provider_cost;
    const double saved = cost - deeper.plan.plan.payoffs.provider_cost;
    if (!(saved > kWorthwhile * std::abs(cost))) break;
    grown = {std::move(deeper), kDepths.at(i)};
  }
  return grown;
}

bool static_is_enough(const game::PlanClasses& classes) {
  const double fixed = classes.best_static.payoffs.provider_cost;
  return fixed - classes.plan.plan.payoffs.provider_cost <= kWorthwhile * std::abs(fixed);
}

void add_outside_to_all(game::PlanClasses& classes, double outside) {
  for (game::PlanPayoffs* payoffs :
       {&classes.best_static.payoffs, &classes.deterministic.plan.payoffs,
        &classes.plan.plan.payoffs})
    add_outside(*payoffs, outside);
  if (classes.cascade) add_outside(classes.cascade->payoffs, outside);
  if (classes.cascade_sequence) add_outside(classes.cascade_sequence->payoffs, outside);
}

/// What the plan comes to for each segment.
std::vector<SegmentPlay> play_by_segment(const PlanAnswer& answer) {
  const scenario::Scenario& scenario = answer.scenario;
  std::vector<std::size_t> sequence;
  for (const auto& attempt : answer.classes.plan.plan.attempts)
    sequence.push_back(attempt.models.front().first);
  const auto played = game::play_sequence_for_all(
      scenario.game, scenario.segments, scenario::task_types(scenario, sequence.size()), sequence);
  std::vector<SegmentPlay> all;
  for (std::size_t i = 0; i < scenario.segments.size(); ++i) {
    all.push_back({scenario.segments[i], played.attempts[i], played.by_segment[i]});
    add_outside(all.back().payoffs, scenario.segments[i].user.outside);
  }
  return all;
}

/// What the best plan comes to for users who may stay away.
base::Result<game::PlanPayoffs> with_participation(scenario::Scenario scenario,
                                                   std::optional<std::size_t> depth,
                                                   std::optional<std::size_t> nodes,
                                                   const base::Watch& watch) {
  const game::RoutingGame& game = scenario.game;
  std::vector<game::Model> models;
  for (std::size_t k = 0; k < game.size(); ++k) models.push_back(game.model(k));
  TURNOUT_TRY(scenario.game,
              game::RoutingGame::make(game.user(), game.provider(), std::move(models),
                                      game.switching(), true, game.patience_by_attempt()));
  auto payoffs = compare(scenario, depth, nodes, watch).plan.plan.payoffs;
  add_outside(payoffs, scenario.game.user().outside);
  return payoffs;
}

}  // namespace

base::Result<PlanAnswer> plan_answer(scenario::Scenario scenario, const PlanOptions& options,
                                     const base::Watch& watch) {
  TURNOUT_CHECK(check(options, scenario));
  TURNOUT_TRY(auto notes, take_means(scenario));
  TURNOUT_CHECK(scenario::check_for_plans(scenario, "plan", scenario::Besides::kSegments));
  std::optional<std::size_t> depth = options.depth;
  const bool differ = !scenario.segments.empty();
  const bool wears_off = scenario.game.has_patience_by_attempt();
  const bool grows = !depth && (scenario::has_types(scenario) || differ || wears_off);
  auto classes = grows ? game::PlanClasses{} : compare(scenario, depth, options.nodes, watch);
  if (grows) {
    Grown grown = grow(scenario, options.nodes, watch);
    classes = std::move(grown.classes);
    depth = grown.depth;
  }
  std::optional<double> endless;
  if (depth) {
    endless = game::endless_bound(scenario.game, scenario::task_types(scenario, *depth), *depth,
                                  classes.plan.plan.payoffs.provider_cost,
                                  {options.nodes.value_or(kNodesWithDepth), watch});
    if (!std::isfinite(*endless)) endless.reset();
  }
  TURNOUT_CHECK(watch.cancellation.check());
  const bool enough = static_is_enough(classes);
  add_outside_to_all(classes, scenario.game.user().outside);
  PlanAnswer answer{std::move(scenario), std::move(classes), depth, endless, {}, {}, {}, {}, enough,
                    std::move(notes)};
  const auto& chosen = answer.classes.plan.plan.payoffs;
  const double least = answer.scenario.game.user().outside;
  if (chosen.user_utility < least - 1e-12 * std::abs(least) &&
      !answer.scenario.game.participates()) {
    TURNOUT_TRY(answer.if_users_may_stay_away,
                with_participation(answer.scenario, depth, options.nodes, watch));
  }
  auto policy =
      policy_text_of(answer.classes.plan.plan, answer.scenario.game, answer.scenario.names);
  if (policy) answer.policy = *std::move(policy);
  if (differ) answer.by_segment = play_by_segment(answer);
  if (!depth && !answer.scenario.game.has_switching()) {
    answer.frontier = game::utility_frontier(answer.scenario.game);
  }
  return answer;
}

}  // namespace turnout::analysis
