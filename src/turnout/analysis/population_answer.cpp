#include "turnout/analysis/population_answer.h"

#include <algorithm>
#include <utility>

#include "turnout/analysis/outside.h"

namespace turnout::analysis {
namespace {

using Parts = std::vector<game::PopulationPart>;

base::Result<Parts> parts_of(const game::Game& game,
                             const std::vector<scenario::Segment>& segments) {
  Parts parts;
  for (const scenario::Segment& segment : segments) {
    TURNOUT_TRY(auto part,
                game::Game::make(segment.user, game.provider(), {game.model(0), game.model(1)})
                    .within("segment"));
    parts.push_back({segment.share, part});
  }
  return parts;
}

double best_static_cost(const Parts& parts) {
  double least = game::evaluate_population(parts, {0, 0}).payoffs.provider_cost;
  for (const game::Policy& policy : {game::Policy{0, 1}, game::Policy{1, 0}}) {
    least = std::min(least, game::evaluate_population(parts, policy).payoffs.provider_cost);
  }
  return least;
}

double cost_told_apart(const Parts& parts) {
  double cost = 0;
  for (const auto& part : parts)
    cost += part.share * game::solve(part.game).best().payoffs.provider_cost;
  return cost;
}

}  // namespace

base::Result<PopulationAnswer> population_answer(scenario::Scenario scenario,
                                                 const RoundingOptions& options,
                                                 const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  const auto segments = scenario.segments;
  TURNOUT_TRY(auto paper,
              paper_scenario(std::move(scenario), "solve", scenario::Besides::kSegments));
  TURNOUT_TRY(const Parts parts, parts_of(paper.scenario.game, segments));
  const auto best = game::best_for_population(parts, watch.cancellation);
  TURNOUT_CHECK(watch.cancellation.check());
  auto deployed = deployable_policy(parts, paper.scenario.names, best, options);
  const game::Policy policy = deployed.policy;
  PopulationAnswer answer{
      std::move(paper),       best, options.margin, std::move(deployed), best_static_cost(parts),
      cost_told_apart(parts), {}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const game::Game& game = parts[i].game;
    const double outside = segments[i].user.outside;
    const double q = game::best_response(game, policy).abandon;
    answer.segments.push_back(
        {parts[i].share, segments[i].user, q, game::evaluate(game, policy, q)});
    add_outside(answer.segments.back().payoffs, outside);
    add_outside(answer.best.mean.payoffs, parts[i].share * outside);
    add_outside(answer.deployed.payoffs, parts[i].share * outside);
  }
  return answer;
}

}  // namespace turnout::analysis
