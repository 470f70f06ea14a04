#include "turnout/analysis/robust_answer.h"

#include <algorithm>
#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/analysis/plan_answer.h"
#include "turnout/base/option_range.h"
#include "turnout/scenario/posterior.h"
#include "turnout/scenario/scenario_types.h"

namespace turnout::analysis {
namespace {

/// Five shares over the whole range, and some on either side of both policies.
std::vector<double> cliff_shares(const game::RobustAnswer& policies) {
  std::vector<double> at = {0, 0.25, 0.5, 0.75, 1};
  for (const double s : {policies.at_mean.cascade, policies.robust.policy.cascade}) {
    for (const double factor : {0.8, 0.9, 1.0, 1.1, 1.25, 1.5}) {
      if (s * factor > 0 && s * factor < 1) at.push_back(s * factor);
    }
  }
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  return at;
}

std::vector<CliffPoint> cliff(const std::vector<game::Game>& draws,
                              const game::RobustAnswer& policies) {
  std::vector<game::PopulationPart> parts;
  parts.reserve(draws.size());
  for (const auto& game : draws) parts.push_back({1 / static_cast<double>(draws.size()), game});
  std::vector<CliffPoint> points;
  for (const double s : cliff_shares(policies))
    points.push_back({s, game::evaluate_population(parts, {0, s})});
  return points;
}

std::optional<double> safety_margin(const game::RobustAnswer& policies) {
  const game::Policy& robust = policies.robust.policy;
  if (!policies.threshold || robust.start != 0) return std::nullopt;
  return robust.cascade - *policies.threshold;
}

/// Whether policies (i, s) are for the game, and all that is uncertain of it is in the paper.
bool takes_policies(const scenario::Scenario& scenario,
                    const std::vector<scenario::Uncertainty>& uncertain) {
  const auto numbers = game::parameters();
  return scenario::paper_game(scenario, "robust").has_value() &&
         std::all_of(uncertain.begin(), uncertain.end(), [&](const scenario::Uncertainty& u) {
           return u.difficulty == nullptr &&
                  std::find(numbers.begin(), numbers.end(), u.parameter) != numbers.end();
         });
}

base::Result<RobustPaperPolicy> paper_policy(const scenario::Scenario& scenario,
                                             const std::vector<scenario::Uncertainty>& uncertain,
                                             const RobustOptions& options,
                                             const base::Watch& watch) {
  TURNOUT_TRY(auto paper, scenario::paper_game(scenario, "robust"));
  TURNOUT_TRY(const auto draws,
              scenario::draw_games(paper.game, uncertain, options.draws, options.seed)
                  .within(scenario.source));
  auto policies = game::robust_policy(draws, paper.game, watch.cancellation);
  TURNOUT_CHECK(watch.cancellation.check());
  auto points = cliff(draws, policies);
  const double outside = paper.game.user().outside;
  add_outside(policies.robust.mean.payoffs, outside);
  add_outside(policies.at_mean_over_draws.payoffs, outside);
  for (CliffPoint& point : points) add_outside(point.mean.payoffs, outside);
  const auto margin = safety_margin(policies);
  const double saving = policies.at_mean_over_draws.payoffs.provider_cost -
                        policies.robust.mean.payoffs.provider_cost;
  return RobustPaperPolicy{std::move(paper), std::move(policies), margin, saving,
                           std::move(points)};
}

base::Status check(const RobustOptions& options, const scenario::Scenario& scenario) {
  TURNOUT_CHECK(base::check_option("--draws", options.draws, RobustOptions::kLeastDraws,
                                   RobustOptions::kMostDraws));
  if (options.depth) {
    TURNOUT_CHECK(base::check_option("--depth", *options.depth, 1,
                                     scenario::deepest_of_many(scenario, scenario.uncertain)));
  }
  if (options.nodes) TURNOUT_CHECK(base::check_option("--nodes", *options.nodes, 1, kMostNodes));
  return base::Done{};
}

}  // namespace

base::Result<RobustAnswer> robust_answer(scenario::Scenario scenario, const RobustOptions& options,
                                         const base::Watch& watch) {
  TURNOUT_CHECK(check(options, scenario));
  TURNOUT_CHECK(scenario::check_has_no_ranges(scenario));
  auto uncertain = std::exchange(scenario.uncertain, {});
  RobustAnswer answer{std::move(scenario), std::move(uncertain), options.draws, {}, {}, {}};
  if (takes_policies(answer.scenario, answer.uncertain)) {
    TURNOUT_TRY(answer.paper, paper_policy(answer.scenario, answer.uncertain, options, watch));
  }
  const bool knows_policy_only = answer.scenario.knows == scenario::Knows::kPolicy;
  if (answer.paper && knows_policy_only) return answer;
  TURNOUT_CHECK(scenario::check_for_plans(answer.scenario, "robust", scenario::Besides::kSegments));
  TURNOUT_TRY(answer.plan, robust_plan_answer(answer.scenario, answer.uncertain, options, watch));
  if (answer.scenario.outcomes) {
    answer.notes.emplace_back(
        "success is that of the table of outcomes, which counts as known exactly");
  }
  return answer;
}

}  // namespace turnout::analysis
