#include "turnout/game/remedies.h"

#include <algorithm>
#include <array>
#include <span>

namespace turnout::game {
namespace {

using numeric::Line;

/// cost_line() of a game beyond the paper's: an accepted wrong answer costs P, or what is given.
Line general_cost_line(const Game& game, Route route) {
  const auto exact = exact_payoffs(game, route);
  const auto& late = game.provider().late_churn;
  if (!late) return {exact.service_cost, exact.unsolved};
  return {exact.service_cost + numeric::DoubleDouble(*late) * exact.misled,
          exact.unsolved - exact.misled};
}

/// J as a function of P for one route: service cost plus P times the share of unsolved tasks.
Line cost_line(const Game& game, Route route) {
  using numeric::DoubleDouble;
  if (!game.is_papers()) return general_cost_line(game, route);
  const auto& first = game.model(0);
  const auto& second = game.model(1);
  switch (route) {
    case Route::kFirstStay:
      return {DoubleDouble(first.cost) / DoubleDouble(first.success), 0.0};
    case Route::kSecondStay:
      return {DoubleDouble(second.cost) / DoubleDouble(second.success), 0.0};
    case Route::kFirstLeave:
    case Route::kThreat:
      return {first.cost, DoubleDouble::sum(1, -first.success)};
    case Route::kSecondLeave:
      return {second.cost, DoubleDouble::sum(1, -second.success)};
    case Route::kCascadeStay:
    case Route::kCascadePatience:
    case Route::kCascadeMixed:
      break;
  }
  const auto exact = exact_payoffs(game, route);
  return {exact.service_cost, exact.unsolved};
}

/// The lines of an equilibrium's candidates, without the mixed one: where that exists (1,sL) does
/// too, and no other route is affected by it. No allocation, for this runs once per row of a batch.
struct CostLines {
  std::array<Line, game::Equilibrium::kMostCandidates> lines{};
  std::size_t count = 0;

  CostLines(const Game& game, const Equilibrium& equilibrium) {
    for (const Candidate& c : equilibrium.candidates()) {
      if (c.route != Route::kCascadeMixed) lines.at(count++) = cost_line(game, c.route);
    }
  }
  [[nodiscard]] std::span<const Line> all() const { return {lines.data(), count}; }
};

bool is_candidate(const Equilibrium& equilibrium, Route route) {
  return equilibrium.find(route) != nullptr;
}

/// Where the user never leaves: c_k/p_k is what a pass to the end costs.
double dearest_leave(const Game& game) {
  const auto until_solved = [&](std::size_t k) {
    return game.model(k).cost / game.model(k).success;
  };
  return std::max(0.0, std::min(until_solved(0), until_solved(1)));
}

}  // namespace

OptOut opt_out(const Game& game, const Equilibrium& equilibrium) {
  const Misalignment own = misalignment(game, equilibrium);
  OptOut result{own.preferred, own.saving, 0, 0, 0};
  // With slow pins any static route can be made the preferred one, by slowing the other model.
  for (const Candidate& c : equilibrium.candidates()) {
    if (c.route != Route::kFirstStay && c.route != Route::kSecondStay) continue;
    result.gain_if_pins_are_slowed =
        std::max(result.gain_if_pins_are_slowed, cost_gap(game, result.best, c));
  }
  for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
    result.gain_if_pins_are_slowed =
        std::max(result.gain_if_pins_are_slowed, cost_gap(game, result.best, leaving(game, k)));
  }
  return result;
}

double penalty_floor(const Game& game) {
  const Primitives<double> primitives(game);
  const int first = value_sign(game, primitives, 0);
  const int second = value_sign(game, primitives, 1);
  if (first > 0 && second > 0 && game.is_papers()) return dearest_leave(game);
  // He leaves (1,0) or, where only M1 is worth his time, the threat (1,1), and he leaves (2,0).
  if (first != 0 && second < 0) return 0;
  return penalty_floor(game, solve(game));
}

double penalty_floor(const Game& game, const Equilibrium& equilibrium) {
  const bool leaves_first =
      is_candidate(equilibrium, Route::kFirstLeave) || is_candidate(equilibrium, Route::kThreat);
  const bool leaves_second = is_candidate(equilibrium, Route::kSecondLeave);
  if (leaves_first && leaves_second) return 0;  // the user can be made to leave without throttling
  if (!leaves_first && !leaves_second && game.is_papers()) return dearest_leave(game);
  const CostLines offers(game, equilibrium);
  double floor = 0;
  for (const Route route : {Route::kFirstLeave, Route::kSecondLeave}) {
    const auto pays =
        where_lowest(cost_line(game, route), offers.all(), numeric::Ties::kDoNotCount);
    if (!pays.empty()) floor = std::max(floor, pays.high);
  }
  return floor;
}

numeric::Range aligning_penalties(const Game& game, const Equilibrium& equilibrium) {
  const Route preferred = misalignment(game, equilibrium).preferred.route;
  return where_lowest(cost_line(game, preferred), CostLines(game, equilibrium).all(),
                      numeric::Ties::kCount);
}

}  // namespace turnout::game
