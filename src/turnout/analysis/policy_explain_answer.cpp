#include "turnout/analysis/policy_explain_answer.h"

#include <fmt/format.h>

#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/analysis/paper_scenario.h"

namespace turnout::analysis {
namespace {

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
  PolicyExplainAnswer answer{std::move(policies.scenario), best, {}, {}, {}, {},
                             std::move(policies.notes)};
  const game::RoutingGame& game = answer.scenario.game;
  if (const auto other = *game::best_paper_policy(policies.if_they_came);
      !game::same_way(other, answer.best))
    answer.if_they_came = other;
  if (!answer.if_they_came) answer.rule = rule_of(game, answer.best);
  answer.reaches = reaches_of(game::sensitivities(game));
  answer.nearest = nearest_change(answer.reaches);
  const double outside = game.user().outside;
  add_outside(answer.best.payoffs, outside);
  if (answer.if_they_came) add_outside(answer.if_they_came->payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
