#pragma once

#include <array>
#include <utility>

#include "turnout/game/kernels/lanes.h"
#include "turnout/game/solve_kernel.h"

/// solve_many() without branches, for one kind of number. Included by one source file for each.
namespace turnout::game::kernels {

/// What went wrong, or needs another look, among the games of a block.
struct Block {
  bool rare = false;     ///< some games are marked in is_rare
  bool invalid = false;  ///< some games have a number out of range
};

/// Solves games [from, from + count), count a multiple of `width`. is_rare[i] has a bit for each of the i-th `width`
/// games: whether the scalar solver must solve it.
struct SolveBlock {
  Block (*solve)(const GameColumns& games, const AnswerColumns& answers, std::size_t from, std::size_t count,
                 std::uint16_t* is_rare);
  std::size_t width;
};

SolveBlock scalar_block(bool audit);
SolveBlock avx2_block(bool audit);
SolveBlock avx512_block(bool audit);

// In a namespace without a name: what a file makes of it for its instructions must not serve another file.
namespace {

/// All of one game, or of several in lanes.
template <class Real>
class LaneSolver {
 public:
  using Condition = decltype(std::declval<Real>() < std::declval<Real>());

  LaneSolver(const Real& value, const Real& value_of_time, const Real& penalty, const std::array<Real, 2>& success_of,
             const std::array<Real, 2>& latency_of, const std::array<Real, 2>& cost_of)
      : value_(value), game_(value_of_time, penalty) {
    for (std::size_t k = 0; k < 2; ++k) game_.set_model(k, value, success_of[k], latency_of[k], cost_of[k]);
  }

  /// @param kAudit  whether more than the equilibrium's policy and cost is wanted
  template <bool kAudit>
  void solve() {
    const auto& [first, second] = game_.model;
    const Condition stays_first = Real(0.0) < first.net_value;
    const Condition stays_second = Real(0.0) < second.net_value;
    const Condition escalates = Real(0.0) < first.failure;
    const Condition borne = both(stays_first, neither(stays_second));  // xi1 > 0 > xi2
    const Condition wanted = both(neither(stays_first), stays_second);
    const Condition has_cascade = both(escalates, either(borne, wanted));
    const Real inverse_second = Real(1.0) / second.success;

    // Each alone: 1/p passes for a user who stays, one for one who leaves (p + b = 1).
    const Real on_first = select(stays_first, Real(1.0) / first.success, Real(1.0));
    const Real on_second = select(stays_second, inverse_second, Real(1.0));
    const Real leave_first = first.cost + game_.churn_penalty * first.failure;  // and the threat (1,1)
    const Real leave_second = second.cost + game_.churn_penalty * second.failure;
    const Real no_offer(kInfinite);

    // The cascade (1,s0) or (1,sL), one division for both. Where there is none s is made 0.
    const auto at_stay = stay_threshold(game_);
    const Real loss = -second.net_value;
    const auto at_patience = patience_limit(game_, first.net_value, loss);
    const Quotient<Real> share{select(stays_first, at_patience.numerator, at_stay.numerator),
                               select(stays_first, at_patience.denominator, at_stay.denominator)};
    const Real s = select(has_cascade, smaller(share.value(), Real(1 - 0x1p-53)), Real(0.0));
    const auto cascade = visits_from_first(game_, s, s, inverse_second);
    const Real cascade_cost = first.cost * cascade[0] + second.cost * cascade[1];

    // The cheapest, in the order in which solve() breaks ties; where another is within a tie of it solve() decides.
    const Real zero(0.0);
    const Real one(1.0);
    route = select(stays_first, code(Route::kFirstStay), code(Route::kFirstLeave));
    cascade_share = zero;
    abandon = select(stays_first, zero, one);
    provider_cost = select(stays_first, first.cost * on_first, leave_first);
    Real next_best = no_offer;
    const auto take = [&](const Real& cost, const Real& of_route, const Real& share_of_route,
                          const Real& abandon_of_route) {
      const Condition better = cost < provider_cost;
      route = select(better, of_route, route);
      cascade_share = select(better, share_of_route, cascade_share);
      abandon = select(better, abandon_of_route, abandon);
      next_best = smaller(next_best, larger(cost, provider_cost));
      provider_cost = smaller(cost, provider_cost);
    };
    take(select(both(borne, escalates), leave_first, no_offer), code(Route::kThreat), one, one);
    take(select(stays_second, second.cost * on_second, leave_second),
         select(stays_second, code(Route::kSecondStay), code(Route::kSecondLeave)), zero,
         select(stays_second, zero, one));
    take(select(has_cascade, cascade_cost, no_offer),
         select(stays_first, code(Route::kCascadePatience), code(Route::kCascadeStay)), s, zero);
    const Real within = value_ * Real(0x1p-50);  // |xi| <= 2^-51 max(V p, w t) is within 2^-50 V p
    rare = either(either(next_best <= provider_cost * Real(1 + 0x1p-48), smaller(first.cost, second.cost) < Real(0.0)),
                  either(absolute(first.net_value) <= within * first.success,
                         absolute(second.net_value) <= within * second.success));
    const Real size = first.net_value + loss;  // below 0 where there is no patience to speak of
    rare = either(rare, both(borne, either(second.success < first.success,  // a mixed response may be best
                                           either(size < Real(kLeastUnscaled), Real(kMostUnscaled) < size))));

    if constexpr (kAudit) {
      const Condition by_cascade = code(Route::kSecondLeave) < route;
      const Condition by_second = both(code(Route::kThreat) < route, neither(by_cascade));
      const Condition by_threat = both(code(Route::kFirstLeave) < route, route < code(Route::kSecondStay));
      const Condition leaves = zero < abandon;
      const Real passes_first =
          select(by_cascade, cascade[0], select(by_second, Real(0.0), select(leaves, one, on_first)));
      const Real passes_second = select(by_cascade, cascade[1], select(by_second, on_second, Real(0.0)));
      const auto chosen = payoffs(game_, Visits<Real>{passes_first, passes_second}, abandon);
      const Real bears =
          first.net_value / (first.success + first.failure * (second.success + second.failure * s));  // equation (10)
      user_utility = select(by_cascade, select(stays_first, bears, first.net_value), chosen.user_utility);
      latency = chosen.latency;
      service_cost = chosen.service_cost;
      success = select(leaves, select(by_second, second.success, first.success), one);
      audit_misalignment(payoffs_on(first, on_first, Real(0.0)), payoffs_on(second, on_second, Real(0.0)), by_second,
                         either(by_cascade, by_threat));
      audit_throttling(leave_first, leave_second);
    }
  }

  Real route, cascade_share, abandon, provider_cost;
  Condition rare;
  Real user_utility, success, latency, service_cost, preferred_utility, misalignment, throttled_cost, throttling_gain;

 private:
  static constexpr double kInfinite = 1e300;
  static constexpr double kCancelled = 0.002;  // of two numbers: their difference keeps too few digits

  static Real code(Route of_route) { return Real(static_cast<double>(of_route)); }

  /// Proposition 1. Differences that cancel are left to the scalar solver, which has 31 digits for them.
  /// @param first, second  what (1,0) and (2,0) come to
  void audit_misalignment(const Payoffs<Real>& first, const Payoffs<Real>& second, Condition by_second,
                          Condition by_neither) {
    const Real& u = first.user_utility;
    const Real& v = second.user_utility;
    // What utilities are made of: a difference within a rounding of it counts as none.
    const Real rounding = Real(0x1p-49) * (value_ + game_.value_of_time * (first.latency + second.latency + latency));
    const Condition second_preferred = u < v;
    preferred_utility = larger(u, v);
    const Real gap = preferred_utility - user_utility;
    const Condition same = both(neither(by_neither), either(both(by_second, second_preferred),
                                                            both(neither(by_second), neither(second_preferred))));
    misalignment = select(same, Real(0.0), larger(gap, Real(0.0)));
    const Condition which = absolute(u - v) <= Real(0x1p-44) * (absolute(u) + absolute(v)) + rounding;
    const Condition digits =
        absolute(gap) <= Real(kCancelled) * (absolute(preferred_utility) + absolute(user_utility)) + rounding;
    rare = either(rare, either(which, both(digits, neither(same))));
  }

  /// Proposition 2, likewise.
  void audit_throttling(const Real& leave_first, const Real& leave_second) {
    // (1,0) and leaving, or the threat (1,1), which costs the same.
    const Condition first_leaves = both(code(Route::kFirstStay) < route, route < code(Route::kSecondStay));
    const Condition second_leaves = absolute(route - code(Route::kSecondLeave)) <= Real(0.0);
    const Real least =
        smaller(select(first_leaves, provider_cost, leave_first), select(second_leaves, provider_cost, leave_second));
    throttled_cost = smaller(provider_cost, least);
    throttling_gain = provider_cost - throttled_cost;
    // A gain, or nearly one, that is small beside the costs.
    const auto close = [&](const Real& leave, Condition is_own) {
      const Real saving = provider_cost - leave;
      return both(neither(is_own),
                  both(Real(-1e-11) * provider_cost <= saving, saving <= Real(2 * kCancelled) * provider_cost));
    };
    rare = either(rare, either(close(leave_first, first_leaves), close(leave_second, second_leaves)));
    rare = either(rare, either(provider_cost <= Real(0.0), least <= Real(0.0)));
  }

  Real value_;
  Primitives<Real> game_;
};

/// Flattened: a call would pass each number of eight lanes through memory.
template <class Real, bool kAudit>
[[gnu::flatten]] Block solve_block(const GameColumns& games, const AnswerColumns& answers, std::size_t from,
                                   std::size_t count, std::uint16_t* is_rare) {
  using Solver = LaneSolver<Real>;
  using Condition = typename Solver::Condition;
  constexpr std::size_t kWidth = width_of(Real{});
  const Real most(1e100);
  const Real least(1e-100);
  const Real zero(0.0);
  const Real one(1.0);
  const auto put = [&](double* column, std::size_t i, const Real& x) {
    if (column != nullptr) store(column + i, x);
  };
  unsigned any_rare = 0;
  Condition valid = zero <= one;
  for (std::size_t i = from; i < from + count; i += kWidth) {
    const auto read = [&](const double* column) { return load(column + i, zero); };
    const Real value = read(games.value);
    const Real time = games.value_of_time == nullptr ? one : read(games.value_of_time);
    const Real penalty = read(games.churn_penalty);
    const std::array<Real, 2> success = {read(games.success[0]), read(games.success[1])};
    const std::array<Real, 2> latency = {read(games.latency[0]), read(games.latency[1])};
    const std::array<Real, 2> cost = {read(games.cost[0]), read(games.cost[1])};
    // Stricter than check(), which looks again: together within its bounds; a sum with NaN is NaN.
    const Real sizes = (value + penalty) + (latency[0] + latency[1]) + (absolute(cost[0]) + absolute(cost[1])) +
                       (success[0] + success[1]);
    const Real lowest = smaller(smaller(value, penalty), smaller(latency[0], latency[1]));
    valid = both(valid, both(both(sizes <= most, zero <= lowest),
                             both(least <= smaller(success[0], success[1]), larger(success[0], success[1]) <= one)));
    if (games.value_of_time != nullptr) valid = both(valid, both(least <= time, time <= most));
    Solver solver(value, time, penalty, success, latency, cost);
    solver.template solve<kAudit>();
    const unsigned rare = bits(solver.rare);
    is_rare[(i - from) / kWidth] = static_cast<std::uint16_t>(rare);
    any_rare |= rare;
    if (answers.route != nullptr) store_bytes(answers.route + i, solver.route);
    put(answers.cascade, i, solver.cascade_share);
    put(answers.abandon, i, solver.abandon);
    put(answers.provider_cost, i, solver.provider_cost);
    if constexpr (kAudit) {
      put(answers.user_utility, i, solver.user_utility);
      put(answers.success, i, solver.success);
      put(answers.latency, i, solver.latency);
      put(answers.service_cost, i, solver.service_cost);
      put(answers.preferred_utility, i, solver.preferred_utility);
      put(answers.misalignment, i, solver.misalignment);
      put(answers.throttled_cost, i, solver.throttled_cost);
      put(answers.throttling_gain, i, solver.throttling_gain);
    }
  }
  return {any_rare != 0, bits(neither(valid)) != 0};
}

template <class Real>
SolveBlock block_of(bool audit) {
  return {audit ? solve_block<Real, true> : solve_block<Real, false>, width_of(Real{})};
}

}  // namespace

}  // namespace turnout::game::kernels
