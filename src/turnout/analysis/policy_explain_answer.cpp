#include "turnout/analysis/policy_explain_answer.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/analysis/paper_scenario.h"

namespace turnout::analysis {
namespace {

std::string name_of(game::Parameter parameter, const std::vector<std::string>& names) {
  if (!game::belongs_to_a_model(parameter.quantity)) return game::symbol(parameter);
  return fmt::format("{}, {}", game::symbol(parameter), names[parameter.model]);
}

std::optional<PolicyExplainAnswer::Nearest> nearest_of(const PolicyExplainAnswer& answer) {
  std::optional<PolicyExplainAnswer::Nearest> least;
  for (std::size_t i = 0; i < answer.reaches.size(); ++i) {
    const auto& reach = answer.reaches[i];
    for (const auto& to : {reach.below, reach.above}) {
      if (!to || reach.value == 0) continue;
      const double distance = std::abs(to->at - reach.value) / std::abs(reach.value);
      if (!least || distance < least->distance)
        least = {answer.reach_names[i], reach.value, to->at, distance};
    }
  }
  return least;
}

std::optional<game::DecisionRule> rule_of(const game::RoutingGame& game,
                                          const game::PaperPolicy& best) {
  if (!best.submits || best.first == best.second) return std::nullopt;
  const game::Game pair = game.pair(best.first, best.second);
  return game::decision_rule(pair, game::solve(pair));
}

}  // namespace

base::Result<PolicyExplainAnswer> policy_explain_answer(scenario::Scenario scenario) {
  if (scenario.game.size() > PolicyExplainAnswer::kMostModels) {
    return base::Error{base::ErrorCode::kUnsupported,
                       fmt::format("has {} models, explain looks at 1 to {}; see turnout plan",
                                   scenario.game.size(), PolicyExplainAnswer::kMostModels),
                       scenario.source + ": model"};
  }
  TURNOUT_TRY(auto policies, policy_scenario(std::move(scenario), "explain"));
  const auto best = *game::best_paper_policy(policies.scenario.game);
  PolicyExplainAnswer answer{std::move(policies.scenario), best, {}, {}, {}, {}, {},
                             std::move(policies.notes)};
  const game::RoutingGame& game = answer.scenario.game;
  if (const auto other = *game::best_paper_policy(policies.if_they_came);
      !game::same_way(other, answer.best))
    answer.if_they_came = other;
  if (!answer.if_they_came) answer.rule = rule_of(game, answer.best);
  answer.reaches = game::sensitivities(game);
  for (const auto& reach : answer.reaches)
    answer.reach_names.push_back(name_of(reach.parameter, answer.scenario.names));
  answer.nearest = nearest_of(answer);
  const double outside = game.user().outside;
  add_outside(answer.best.payoffs, outside);
  if (answer.if_they_came) add_outside(answer.if_they_came->payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
