#include "turnout/analysis/robust_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/scenario/posterior.h"

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

}  // namespace

base::Result<RobustAnswer> robust_answer(scenario::Scenario scenario, const RobustOptions& options,
                                         const base::Watch& watch) {
  if (options.draws < RobustOptions::kLeastDraws || options.draws > RobustOptions::kMostDraws) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       fmt::format("{} must be from {} to {}", options.draws,
                                   RobustOptions::kLeastDraws, RobustOptions::kMostDraws),
                       "--draws"};
  }
  const std::string source = scenario.source;
  auto uncertain = std::exchange(scenario.uncertain, {});
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "robust"));
  const game::Game mean = paper.scenario.game;
  TURNOUT_TRY(const auto draws,
              scenario::draw_games(mean, uncertain, options.draws, options.seed).within(source));
  auto policies = game::robust_policy(draws, mean, watch.cancellation);
  TURNOUT_CHECK(watch.cancellation.check());
  auto points = cliff(draws, policies);
  const double outside = mean.user().outside;
  add_outside(policies.robust.mean.payoffs, outside);
  add_outside(policies.at_mean_over_draws.payoffs, outside);
  for (CliffPoint& point : points) add_outside(point.mean.payoffs, outside);
  const auto margin = safety_margin(policies);
  const double saving = policies.at_mean_over_draws.payoffs.provider_cost -
                        policies.robust.mean.payoffs.provider_cost;
  return RobustAnswer{
      std::move(paper), std::move(uncertain), draws.size(), std::move(policies), margin,
      saving,           std::move(points)};
}

}  // namespace turnout::analysis
