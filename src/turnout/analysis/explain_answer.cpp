#include "turnout/analysis/explain_answer.h"

#include <cmath>
#include <utility>

#include "turnout/analysis/outside.h"

namespace turnout::analysis {
namespace {

std::optional<RouteChange> change(double value, const std::optional<game::Boundary>& boundary) {
  if (!boundary) return std::nullopt;
  if (value == 0) return RouteChange{*boundary, std::nullopt};
  return RouteChange{*boundary, std::abs(boundary->at - value) / std::abs(value)};
}

std::optional<NearestChange> nearest(const std::vector<ParameterReach>& reaches) {
  std::optional<NearestChange> least;
  for (const auto& reach : reaches) {
    for (const auto& to : {reach.below, reach.above}) {
      if (!to || !to->distance) continue;
      if (least && *to->distance >= least->distance) continue;
      least = {reach.parameter, reach.value, to->boundary.at, *to->distance};
    }
  }
  return least;
}

}  // namespace

base::Result<ExplainAnswer> explain_answer(scenario::Scenario scenario) {
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "explain"));
  const game::Game game = paper.scenario.game;
  const game::Equilibrium equilibrium = game::solve(game);
  std::vector<ParameterReach> reaches;
  for (const auto& s : game::sensitivities(game))
    reaches.push_back({s.parameter, s.value, change(s.value, s.below), change(s.value, s.above)});
  const auto soonest = nearest(reaches);
  ExplainAnswer answer{std::move(paper),   equilibrium, game::decision_rule(game, equilibrium),
                       std::move(reaches), soonest,     game::broken_assumptions(game)};
  add_outside(answer.equilibrium, game.user().outside);
  return answer;
}

}  // namespace turnout::analysis
