#include "turnout/game/paper_policy.h"

#include <cmath>

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
  if (!game.participates() || first.net_value >= 0 || second.net_value <= 0) return;
  // U(1,s) with a user who stays is 0 at this s, which lies above s0.
  const double entry = -first.net_value * second.ends / (first.goes_on * second.net_value);
  if (!(entry <= 1)) return;
  for (const double share : {entry, 1.0}) {
    const Policy policy{0, share};
    auto payoffs = evaluate(pair, policy, 0);
    if (share == entry && !game.user().naive) payoffs.user_utility = 0;
    visit(PaperPolicy{Route::kCascadeStay, true, i, j, policy, 0, true, payoffs});
  }
}

/// What the user believes a policy to be worth to him.
double expected_by_user(const RoutingGame& game, const PaperPolicy& policy) {
  if (!game.user().naive) return policy.payoffs.user_utility;
  const Primitives<double> pair(game.pair(policy.first, policy.second));
  const auto n = expected_visits(pair, policy.policy.start, policy.policy.cascade, policy.abandon);
  const double first = pair.model[0].net_value * n[0];
  const double second = pair.model[1].net_value * n[1];
  const double rounding = 4 * 0x1p-52 * (std::abs(first) + std::abs(second));
  return first + second + rounding;
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

}  // namespace turnout::game
