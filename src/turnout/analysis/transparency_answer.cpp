#include "turnout/analysis/transparency_answer.h"

#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/game/paper_policy.h"
#include "turnout/game/participation.h"
#include "turnout/numeric/bisection.h"

namespace turnout::analysis {
namespace {

using game::Game;
using game::OpaqueLottery;

double believed(const Game& game, const game::NashEquilibrium& e) {
  if (!e.mixes_start) return believed_utility(game, e.policy, e.abandon);
  return e.first_share * believed_utility(game, {0, 0}, e.abandon) +
         (1 - e.first_share) * believed_utility(game, {1, 0}, e.abandon);
}

double believed(const Game& game, const OpaqueLottery& lottery, double abandon) {
  return lottery.first_share * believed_utility(game, {0, lottery.cascade}, abandon) +
         (1 - lottery.first_share) * believed_utility(game, {1, 0}, abandon);
}

/// The range cut where users begin or cease to come: U is monotone in s.
std::vector<UnpublishedRange> parts_of(const Game& game, const game::LotteryRange& range) {
  const double q = range.abandon;
  const bool at_from = believed(game, range.from, q) >= 0;
  if (at_from == (believed(game, range.to, q) >= 0)) return {{range, at_from}};
  constexpr double kRelative = 1e-14;
  const auto as_at_from = [&](double cascade) {
    return (believed(game, stationary_lottery(game, q, cascade), q) >= 0) == at_from;
  };
  const double s =
      numeric::bisect(range.from.cascade, range.to.cascade, as_at_from, kRelative).same;
  const OpaqueLottery cut = stationary_lottery(game, q, s);
  return {{{q, range.from, cut}, at_from}, {{q, cut, range.to}, !at_from}};
}

/// What users get who may stay away and do.
void send_away(const Game& game, UnpublishedEquilibrium& one) {
  one.comes = believed(game, one.equilibrium) >= 0;
  if (!one.comes) one.equilibrium.payoffs = game::payoffs_of_nobody(game.churn_penalty());
}
void send_away(const Game& game, UnpublishedRange& one) {
  if (one.comes) return;
  one.range.from.payoffs = one.range.to.payoffs = game::payoffs_of_nobody(game.churn_penalty());
}

/// The answer without what happens if nobody sees the policy.
TransparencyAnswer committed(PaperScenario paper) {
  const Game game = paper.scenario.game;
  const bool alone = !paper.may_stay_away;
  TransparencyAnswer answer{std::move(paper), game::solve(game).best(), true, {}, {}};
  if (alone) return answer;
  const auto best = game::best_for_who_may_stay_away(game);
  answer.comes = best.has_value();
  answer.commitment = best.value_or(game::Candidate{});
  if (!best) answer.commitment.payoffs = game::payoffs_of_nobody(game.churn_penalty());
  return answer;
}

}  // namespace

base::Result<TransparencyAnswer> transparency_answer(scenario::Scenario scenario) {
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "transparency",
                                         scenario::Besides::kNoCommitment));
  TransparencyAnswer answer = committed(std::move(paper));
  const Game& game = answer.paper.scenario.game;
  const bool may_stay_away = answer.paper.may_stay_away;
  const auto best = answer.commitment.payoffs;
  for (const auto& equilibrium : game::nash_equilibria(game)) {
    auto& one = answer.equilibria.emplace_back(UnpublishedEquilibrium{equilibrium});
    if (may_stay_away) send_away(game, one);
    one.value_to_provider = one.equilibrium.payoffs.provider_cost - best.provider_cost;
    one.value_to_user = best.user_utility - one.equilibrium.payoffs.user_utility;
  }
  for (const auto& whole : game::lottery_equilibria(game)) {
    for (auto one : may_stay_away ? parts_of(game, whole) : std::vector{UnpublishedRange{whole}}) {
      send_away(game, one);
      one.value_to_provider = one.range.from.payoffs.provider_cost - best.provider_cost;
      one.value_to_user_from = best.user_utility - one.range.from.payoffs.user_utility;
      one.value_to_user_to = best.user_utility - one.range.to.payoffs.user_utility;
      answer.ranges.push_back(one);
    }
  }
  const double outside = game.user().outside;
  for (auto& e : answer.equilibria) add_outside(e.equilibrium.payoffs, outside);
  for (auto& r : answer.ranges) {
    add_outside(r.range.from.payoffs, outside);
    add_outside(r.range.to.payoffs, outside);
  }
  add_outside(answer.commitment.payoffs, outside);
  return answer;
}

}  // namespace turnout::analysis
