#include "turnout/game/paper_policy.h"

#include "turnout/game/participation.h"
#include "turnout/game/promised_utility.h"

namespace turnout::game {
namespace {

PaperPolicy one_model(const RoutingGame& game, std::size_t k) {
  const EscalationPlan plan = static_plan(game, k);
  const PlanPayoffs& p = plan.payoffs;
  return {plan.until_solved ? Route::kFirstStay : Route::kFirstLeave,
          false,
          k,
          k,
          {0, 0},
          plan.until_solved ? 0.0 : 1.0,
          plan.leaves_after != std::optional<std::size_t>(0),
          {p.provider_cost, p.user_utility, p.success, 1 - p.success, p.latency, p.service_cost,
           (game.user().value - game.user().outside) * p.success - p.user_utility}};
}

PaperPolicy of_candidate(std::size_t i, std::size_t j, const Candidate& c) {
  PaperPolicy policy{c.route, false, i, j, c.policy, c.abandon, true, c.payoffs};
  if (c.route == Route::kFirstStay || c.route == Route::kFirstLeave) policy.second = i;
  if (c.route == Route::kSecondStay || c.route == Route::kSecondLeave) {
    policy.first = j;
    policy.policy.start = 0;
    policy.route = c.route == Route::kSecondStay ? Route::kFirstStay : Route::kFirstLeave;
  }
  return policy;
}

/// What the policies of one pair come to if the user submits; without participation those that can
/// be optimal.
template <class Visitor>
void for_each_policy(const RoutingGame& game, std::size_t i, std::size_t j, Visitor visit) {
  const Game pair = game.pair(i, j);
  const Equilibrium equilibrium = solve(pair);
  for (const Candidate& c : equilibrium.candidates()) visit(of_candidate(i, j, c));
  const PassTerms& first = game.pass(i);
  const PassTerms& second = game.pass(j);
  if (!game.participates()) return;
  const auto entry = entry_share(first, second);
  if (!entry) return;
  for (const double share : {*entry, 1.0}) {
    const Policy policy{0, share};
    auto payoffs = evaluate(pair, policy, 0);
    if (share == *entry && !game.user().naive) payoffs.user_utility = 0;
    visit(PaperPolicy{Route::kCascadeStay, true, i, j, policy, 0, true, payoffs});
  }
}

/// What the user believes a policy to be worth to him.
double expected_by_user(const RoutingGame& game, const PaperPolicy& policy) {
  if (!game.user().naive) return policy.payoffs.user_utility;
  return believed_utility(game.pair(policy.first, policy.second), policy.policy, policy.abandon);
}

}  // namespace

bool same_way(const PaperPolicy& a, const PaperPolicy& b) {
  if (!a.submits || !b.submits) return a.submits == b.submits;
  return a.first == b.first && a.second == b.second && a.route == b.route &&
         a.wins_users == b.wins_users;
}

std::optional<PaperPolicy> best_paper_policy(const RoutingGame& game) {
  if (game.has_switching()) return std::nullopt;
  PaperPolicy best = one_model(game, 0);
  const auto consider = [&](const PaperPolicy& policy) {
    const bool acceptable =
        !game.participates() || !policy.submits || expected_by_user(game, policy) >= 0;
    if (acceptable && policy.payoffs.provider_cost < best.payoffs.provider_cost) best = policy;
  };
  for (std::size_t k = 1; k < game.size(); ++k) consider(one_model(game, k));
  for (std::size_t i = 0; i < game.size(); ++i) {
    for (std::size_t j = i + 1; j < game.size(); ++j) for_each_policy(game, i, j, consider);
  }
  return best;
}

std::optional<Candidate> best_for_who_may_stay_away(const Game& game) {
  const auto routing =
      RoutingGame::make(game.user(), game.provider(), {game.model(0), game.model(1)}, {}, true);
  const PaperPolicy best = *best_paper_policy(routing.value());
  if (!best.submits) return std::nullopt;
  Candidate candidate{best.route, best.policy, best.abandon, best.payoffs};
  if (best.first == 1) {
    candidate.policy.start = 1;
    candidate.route = best.route == Route::kFirstStay ? Route::kSecondStay : Route::kSecondLeave;
  }
  return candidate;
}

}  // namespace turnout::game
