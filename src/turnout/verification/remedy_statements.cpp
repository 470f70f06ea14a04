#include <algorithm>
#include <cmath>

#include "turnout/game/remedies.h"
#include "turnout/verification/brute_force.h"
#include "turnout/verification/ledger.h"
#include "turnout/verification/stated.h"

namespace turnout::verification {
namespace {

using game::Game;
using game::Quantity;

constexpr double kTolerance = 1e-9;

/// The cheapest searched policy that gives the user the best static utility, against opt_out().
double opt_out_deviation(const Game& game, base::Rng&) {
  constexpr std::size_t kShares = 101;
  const game::Equilibrium e = game::solve(game);
  const game::OptOut o = game::opt_out(game, e);
  const double at_least = std::max(search_response(game, {0, 0}).payoffs.user_utility,
                                   search_response(game, {1, 0}).payoffs.user_utility);
  const auto found = search_optimum(game, kShares, at_least - 1e-12 * utility_scale(game));
  if (!found) return 1;
  const double price = found->response.payoffs.provider_cost - e.best().payoffs.provider_cost;
  return std::abs(price - o.price) / cost_scale(game);
}

bool pays(const Game& game) { return game::throttling(game, game::solve(game)).gain > 0; }

/// Slowing pinned models too, the provider gets all it could get without opt-out.
bool slow_pins_undo_opt_out(const Game& game) {
  const game::Equilibrium e = game::solve(game);
  const game::OptOut o = game::opt_out(game, e);
  const double with_opt_out = o.best.payoffs.provider_cost - o.gain_if_pins_are_slowed;
  return with_opt_out <= game::throttling(game, e).cost + kTolerance * cost_scale(game);
}

/// Inside the interval the preferred route is an optimum, outside it is not.
double aligning_deviation(const Game& game, base::Rng& rng) {
  const auto range = game::aligning_penalties(game, game::solve(game));
  const double penalty = rng.exponential(3);
  const double edge = 1e-6 * (1 + penalty);
  if (!range.empty() &&
      (std::abs(penalty - range.low) < edge || std::abs(penalty - range.high) < edge))
    return 0;
  const Game moved = game.with({Quantity::kChurnPenalty, 0}, penalty).value();
  const game::Equilibrium e = game::solve(moved);
  const game::Candidate preferred = game::misalignment(moved, e).preferred;
  const double own = chain_payoffs(moved, preferred.policy, preferred.abandon).provider_cost;
  const bool optimal = own <= e.best().payoffs.provider_cost + 1e-12 * cost_scale(moved);
  return optimal == range.contains(penalty) ? 0 : 1;
}

}  // namespace

std::vector<Statement> remedy_statements() {
  return {
      judged({"O1", "theory 7",
              "opt_out() is the provider's cheapest policy that gives the user his best static "
              "utility",
              Known::kHolds, ""},
             {draw_in_any_order}, opt_out_deviation, kTolerance,
             "price, relative, against search under the constraint"),
      judged({"O2", "summary, insights", "Opting out of routing prevents throttling",
              Known::kHoldsNarrower,
              "holds if pinned models are served at their own latency; if they may be slowed down "
              "too, nothing is prevented"},
             {draw_in_paper_order, pays},
             unless([](const Game& g) { return !slow_pins_undo_opt_out(g); }), 0,
             "1 if slowing pinned models gives the provider all that throttling gave it"),
      judged({"O3", "theory 7",
              "aligning_penalties() holds exactly the P for which the user's preferred route is an "
              "optimum",
              Known::kHolds, ""},
             {draw_in_any_order}, aligning_deviation, 0, "1 if a random P is on the wrong side"),
      counted(
          {"O4", "theory 7", "Some P aligns the provider with its users", Known::kMeasured, ""},
          {draw_in_paper_order},
          [](const Game& g) { return !game::aligning_penalties(g, game::solve(g)).empty(); },
          "share of games where some P does"),
  };
}

}  // namespace turnout::verification
