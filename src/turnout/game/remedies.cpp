#include "turnout/game/remedies.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace turnout::game {
namespace {

using numeric::Line;

/// J as a function of P for one route: what it costs at P = 0, and the share of tasks that P is due
/// for. One model alone takes a division, or none.
Line cost_line(const Game& game, Route route) {
  using numeric::DoubleDouble;
  const auto alone = [&](std::size_t k, bool stays) -> Line {
    const auto pass = pass_terms_in<DoubleDouble>(game.user(), game.provider(), game.model(k));
    if (stays) return {pass.fixed_cost / pass.ends, pass.penalties / pass.ends};
    return {pass.fixed_cost, pass.penalties + pass.goes_on};
  };
  switch (route) {
    case Route::kFirstStay:
      return alone(0, true);
    case Route::kSecondStay:
      return alone(1, true);
    case Route::kFirstLeave:
    case Route::kThreat:
      return alone(0, false);
    case Route::kSecondLeave:
      return alone(1, false);
    case Route::kCascadeStay:
    case Route::kCascadePatience:
    case Route::kCascadeMixed:
      break;
  }
  const ExactParts exact = exact_parts(game, route);
  return {exact.fixed_cost, exact.penalties};
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

/// The P at which one pass on k costs the provider as much as not having the task, eta_k = 0: c_k/p_k
/// in the paper's game.
double penalty_worth(const Game& game, const Primitives<double>& numbers, std::size_t k) {
  const PassTerms& pass = numbers.model[k];
  return pass.fixed_cost /
         (game.provider().late_churn ? accepted_share(game.model(k)) : pass.solved);
}

/// Whether there is anything to leave before, on either model.
bool may_go_on(const Primitives<double>& numbers) {
  return numbers.model[0].goes_on > 0 && numbers.model[1].goes_on > 0;
}

/// Where the user never leaves: throttling pays if both eta_k > 0, for P + eta_k is what a pass
/// before he leaves costs and P + eta_k/eps_k what passes to the end do.
double dearest_leave(const Game& game, const Primitives<double>& numbers) {
  return std::max(0.0, std::min(penalty_worth(game, numbers, 0), penalty_worth(game, numbers, 1)));
}

/// The game that a naive user believes to play: each answer that he accepts is right.
Game believed(const Game& game) {
  std::array<Model, Game::kModels> models = {game.model(0), game.model(1)};
  for (Model& model : models) {
    const Range allowed = range_of(Quantity::kSuccess);
    model.success = std::clamp(accepted_share(model), allowed.low, allowed.high);
    model.false_accept = 0;
    model.false_reject = 0;
  }
  return Game::make(game.user(), game.provider(), models).value();
}

/// What a user pins who may: the static route that he believes to be his best.
Candidate pinned(const Game& game, const Misalignment& own) {
  if (!game.user().naive) return own.preferred;
  const Game seen = believed(game);
  return play(game, misalignment(seen, solve(seen)).preferred.route);
}

}  // namespace

OptOut opt_out(const Game& game, const Equilibrium& equilibrium) {
  const Misalignment own = misalignment(game, equilibrium);
  OptOut result{pinned(game, own), own.saving, 0, 0, 0};
  if (game.user().naive) {
    result.price = std::max(0.0, cost_gap(game, result.best, equilibrium.best()));
    result.remaining_gap = std::max(0.0, utility_gap(game, own.preferred, result.best));
  }
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
  const int first = value_sign(primitives, 0);
  const int second = value_sign(primitives, 1);
  if (first > 0 && second > 0 && may_go_on(primitives)) return dearest_leave(game, primitives);
  // He leaves (1,0) or, where only M1 is worth his time, the threat (1,1), and he leaves (2,0).
  if (first != 0 && second < 0) return 0;
  return penalty_floor(game, solve(game));
}

double penalty_floor(const Game& game, const Equilibrium& equilibrium) {
  const bool leaves_first =
      is_candidate(equilibrium, Route::kFirstLeave) || is_candidate(equilibrium, Route::kThreat);
  const bool leaves_second = is_candidate(equilibrium, Route::kSecondLeave);
  if (leaves_first && leaves_second) return 0;  // the user can be made to leave without throttling
  const Primitives<double> numbers(game);
  if (!leaves_first && !leaves_second && may_go_on(numbers)) return dearest_leave(game, numbers);
  const CostLines offers(game, equilibrium);
  double floor = 0;
  for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
    const Route route = k == 0 ? Route::kFirstLeave : Route::kSecondLeave;
    const auto pays =
        where_lowest(cost_line(game, route), offers.all(), numeric::Ties::kDoNotCount);
    if (pays.empty()) continue;
    // Where 31 digits do not tell the lines' slopes apart, that is where passes to the end cost as
    // much as one.
    floor = std::max(floor, std::isfinite(pays.high) ? pays.high : penalty_worth(game, numbers, k));
  }
  return floor;
}

numeric::Range aligning_penalties(const Game& game, const Equilibrium& equilibrium) {
  const Route preferred = misalignment(game, equilibrium).preferred.route;
  if (!is_candidate(equilibrium, preferred)) return {1, 0};  // a naive user does not play it
  return where_lowest(cost_line(game, preferred), CostLines(game, equilibrium).all(),
                      numeric::Ties::kCount);
}

}  // namespace turnout::game
