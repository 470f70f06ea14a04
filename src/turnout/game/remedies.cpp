#include "turnout/game/remedies.h"

#include <algorithm>
#include <vector>

namespace turnout::game {
namespace {

using numeric::Line;

/// J as a function of P for one route: service cost plus P times the share of unsolved tasks.
Line cost_line(const Game& game, Route route) {
  const auto exact = exact_payoffs(game, route);
  return {exact.service_cost, exact.unsolved};
}

/// The mixed candidate is left out: where it exists (1,sL) does too and no other route is affected by it.
std::vector<Line> cost_lines(const Game& game, const Equilibrium& equilibrium) {
  std::vector<Line> lines;
  for (const Candidate& c : equilibrium.candidates()) {
    if (c.route != Route::kCascadeMixed) lines.push_back(cost_line(game, c.route));
  }
  return lines;
}

bool is_candidate(const Equilibrium& equilibrium, Route route) { return equilibrium.find(route) != nullptr; }

}  // namespace

OptOut opt_out(const Game& game, const Equilibrium& equilibrium) {
  const Misalignment own = misalignment(game, equilibrium);
  OptOut result{own.preferred, own.saving, 0, 0, 0};
  // With slow pins any static route can be made the preferred one, by slowing the other model.
  for (const Candidate& c : equilibrium.candidates()) {
    if (c.route != Route::kFirstStay && c.route != Route::kSecondStay) continue;
    result.gain_if_pins_are_slowed = std::max(result.gain_if_pins_are_slowed, gap_between(game, result.best, c).cost);
  }
  for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
    const Policy policy{k, 0};
    const Candidate leave{k == 0 ? Route::kFirstLeave : Route::kSecondLeave, policy, 1, evaluate(game, policy, 1)};
    result.gain_if_pins_are_slowed =
        std::max(result.gain_if_pins_are_slowed, gap_between(game, result.best, leave).cost);
  }
  return result;
}

double penalty_floor(const Game& game, const Equilibrium& equilibrium) {
  const bool user_stays = is_candidate(equilibrium, Route::kFirstStay) && is_candidate(equilibrium, Route::kSecondStay);
  if (user_stays && equilibrium.candidates().size() == 2) {
    const auto cost_of_pass = [&](std::size_t k) { return game.model(k).cost / game.model(k).success; };
    return std::max(0.0, std::min(cost_of_pass(0), cost_of_pass(1)));
  }
  const std::vector<Line> offers = cost_lines(game, equilibrium);
  double floor = 0;
  for (const Route route : {Route::kFirstLeave, Route::kSecondLeave}) {
    const auto pays = where_lowest(cost_line(game, route), offers, numeric::Ties::kDoNotCount);
    if (!pays.empty()) floor = std::max(floor, pays.high);
  }
  return floor;
}

numeric::Interval aligning_penalties(const Game& game, const Equilibrium& equilibrium) {
  const Route preferred = misalignment(game, equilibrium).preferred.route;
  return where_lowest(cost_line(game, preferred), cost_lines(game, equilibrium), numeric::Ties::kCount);
}

}  // namespace turnout::game
