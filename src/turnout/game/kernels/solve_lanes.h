#pragma once

#include <array>
#include <span>
#include <utility>

#include "turnout/game/kernels/lanes.h"
#include "turnout/game/solve_kernel.h"

/// solve_many() without branches, for one kind of number. Included by one source file for each.
namespace turnout::game::kernels {

/// What went wrong, or needs another look, among the games of a block.
struct Block {
  bool rare = false;     ///< some games are marked in is_rare
  bool unusual = false;  ///< some games may have a number out of range, or a cost below 0
};

/// Solves games [from, from + count), count a multiple of `width`. is_rare[i] has a bit for each of
/// the i-th `width` games: whether the scalar solver must solve it.
struct SolveBlock {
  Block (*solve)(const GameColumns& games, const AnswerColumns& answers, std::size_t from,
                 std::size_t count, std::span<std::uint8_t> is_rare);
  std::size_t width;
};

/// @param audit  whether more than the equilibrium's policy and cost is wanted
/// @param timed  whether the games have a value of time; else it is 1
SolveBlock scalar_block(bool audit, bool timed);
SolveBlock avx2_block(bool audit, bool timed);
SolveBlock avx512_block(bool audit, bool timed);

// In a namespace without a name: what a file makes of it for its instructions must not serve
// another file.
namespace {

/// Games that go through one loop and then the other.
inline constexpr std::size_t kPart = 64;

/// What the first of the two loops leaves to the second: chains of operations are shorter so, and
/// more games fit into the window of operations that the machine runs ahead.
struct alignas(64) Outlook {
  std::array<double, kPart> first_net, second_net, share;  // xi1, xi2, s0 or sL
};

/// The share of re-prompts that go to the larger model, s0 or sL, 0 where neither exists; and what
/// makes a game rare.
template <class Real>
class ShareFinder {
 public:
  using Condition = decltype(std::declval<Real>() < std::declval<Real>());

  /// @param game    needs no costs
  /// @param kTimed  whether xi may be beyond what patience_limit() takes as it is
  template <bool kTimed>
  void find(const Real& value, const PaperPrimitives<Real>& game) {
    const auto& [first, second] = game.model;
    const Real zero(0.0);
    const Condition stays_first = zero < first.net_value;
    const Condition has_cascade =
        both(differ(stays_first, zero < second.net_value), zero < first.goes_on);
    // One division for both.
    const auto at_stay = stay_threshold(game);
    const auto at_patience = patience_limit(game, first.net_value, second.net_value);
    const Quotient<Real> quotient{
        select(stays_first, at_patience.numerator, at_stay.numerator),
        select(stays_first, at_patience.denominator, at_stay.denominator)};
    share = select(has_cascade, smaller(quotient.value(), Real(1 - 0x1p-53)), zero);
    // |xi| <= 2^-51 max(V p, w t), a net value that may be zero, is within 2^-50 V.
    const Real doubtful = larger(value * Real(0x1p-50), Real(kLeastUnscaled));
    usual =
        both(doubtful < smaller_size(first.net_value, second.net_value),
             // xi1 > 0 > xi2 and p2 < p1: a mixed response may be best.
             neither(both(both(stays_first, second.net_value <= zero), second.ends < first.ends)));
    if constexpr (kTimed) {
      usual = both(usual, larger(absolute(first.net_value), absolute(second.net_value)) <=
                              Real(kMostUnscaled));
    }
  }

  Real share;
  Condition usual;
};

/// All of one game, or of several in lanes.
template <class Real>
class LaneSolver {
 public:
  using Condition = decltype(std::declval<Real>() < std::declval<Real>());

  /// @param value, time  V and w; for an audit only
  LaneSolver(const Real& value, const Real& time, const PaperPrimitives<Real>& game)
      : value_(value), time_(time), game_(game) {}

  /// @param s       of a ShareFinder
  /// @param kAudit  whether more than the equilibrium's policy and cost is wanted
  template <bool kAudit>
  void solve(const Real& s) {
    const auto& [first, second] = game_.model;
    const Real zero(0.0);
    const Real one(1.0);
    const Condition stays_first = zero < first.net_value;
    const Condition stays_second = zero < second.net_value;
    const Condition has_cascade = both(differ(stays_first, stays_second), zero < first.goes_on);
    const Real no_offer(kInfinite);

    // Each alone: 1/p passes for a user who stays, one for one who leaves (p + b = 1).
    const Real inverse_first = one / first.ends;
    const Real inverse_second = one / second.ends;
    const Real leave_first = first.net_cost + game_.churn_penalty * first.goes_on;
    const Real leave_second = second.net_cost + game_.churn_penalty * second.goes_on;
    const Real first_cost = select(stays_first, first.net_cost * inverse_first, leave_first);
    const Real second_cost = select(stays_second, second.net_cost * inverse_second, leave_second);
    // The threat (1,1), which costs what leaving does, and the cascade (1,s0) or (1,sL).
    const Real threat_cost = select(both(has_cascade, stays_first), leave_first, no_offer);
    const auto cascade = visits_from_first(game_, s, s, inverse_second);
    const Real cascade_cost =
        select(has_cascade, first.net_cost * cascade[0] + second.net_cost * cascade[1], no_offer);

    // The cheapest, in the order in which solve() breaks ties; where another is within a tie of it
    // solve() decides.
    const Condition threat = threat_cost < first_cost;
    const Real by_start = smaller(threat_cost, first_cost);
    const Condition cascades = cascade_cost < second_cost;
    const Real by_escalation = smaller(cascade_cost, second_cost);
    const Condition escalates = by_escalation < by_start;
    provider_cost = smaller(by_escalation, by_start);
    const Real next_best =
        smaller(smaller(larger(threat_cost, first_cost), larger(cascade_cost, second_cost)),
                larger(by_escalation, by_start));
    usual = provider_cost * Real(1 + 0x1p-48) < next_best;

    const Condition by_cascade = both(escalates, cascades);
    const Condition by_second = both(escalates, neither(cascades));
    const Condition by_threat = both(threat, neither(escalates));
    const Condition stays = either(both(escalates, either(cascades, stays_second)),
                                   both(neither(escalates), both(stays_first, neither(threat))));
    route =
        select(escalates,
               select(cascades,
                      select(stays_first, code(Route::kCascadePatience), code(Route::kCascadeStay)),
                      select(stays_second, code(Route::kSecondStay), code(Route::kSecondLeave))),
               select(threat, code(Route::kThreat),
                      select(stays_first, code(Route::kFirstStay), code(Route::kFirstLeave))));
    cascade_share = select(by_cascade, s, select(by_threat, one, zero));
    abandon = select(stays, zero, one);

    if constexpr (kAudit) {
      const Real on_first = select(stays_first, inverse_first, one);
      const Real on_second = select(stays_second, inverse_second, one);
      const Real passes_first = select(by_cascade, cascade[0],
                                       select(by_second, Real(0.0), select(stays, on_first, one)));
      const Real passes_second =
          select(by_cascade, cascade[1], select(by_second, on_second, Real(0.0)));
      const auto chosen = payoffs(game_, Visits<Real>{passes_first, passes_second}, abandon);
      const Real bears =
          first.net_value /
          (first.ends + first.goes_on * (second.ends + second.goes_on * s));  // equation (10)
      user_utility =
          select(by_cascade, select(stays_first, bears, first.net_value), chosen.user_utility);
      latency = chosen.latency;
      service_cost = chosen.service_cost;
      success = select(stays, one, select(by_second, second.ends, first.ends));
      audit_misalignment(payoffs_on(first, on_first, Real(0.0)),
                         payoffs_on(second, on_second, Real(0.0)), by_second,
                         either(by_cascade, by_threat));
      audit_throttling(leave_first, leave_second, neither(either(stays, by_second)),
                       both(by_second, neither(stays)));
    }
  }

  Real cascade_share, abandon, provider_cost;
  Real user_utility, success, latency, service_cost, preferred_utility, misalignment,
      throttled_cost, throttling_gain;

 private:
  static constexpr double kInfinite = 1e300;
  static constexpr double kCancelled =
      0.002;  // of two numbers: their difference keeps too few digits

  static auto code(Route of_route) { return codes(static_cast<std::uint8_t>(of_route), Real{}); }

  /// Proposition 1. Differences that cancel are left to the scalar solver, which has 31 digits for
  /// them.
  /// @param first, second  what (1,0) and (2,0) come to
  void audit_misalignment(const Payoffs<Real>& first, const Payoffs<Real>& second,
                          Condition by_second, Condition by_neither) {
    const Real& u = first.user_utility;
    const Real& v = second.user_utility;
    // What utilities are made of: a difference within a rounding of it counts as none.
    const Real rounding =
        Real(0x1p-49) * (value_ + time_ * (first.latency + second.latency + latency));
    const Condition second_preferred = u < v;
    preferred_utility = larger(u, v);
    const Real gap = preferred_utility - user_utility;
    const Condition same =
        both(neither(by_neither), either(both(by_second, second_preferred),
                                         both(neither(by_second), neither(second_preferred))));
    misalignment = select(same, Real(0.0), larger(gap, Real(0.0)));
    const Condition which =
        absolute(u - v) <= Real(0x1p-44) * (absolute(u) + absolute(v)) + rounding;
    const Condition digits =
        absolute(gap) <=
        Real(kCancelled) * (absolute(preferred_utility) + absolute(user_utility)) + rounding;
    usual = both(usual, neither(either(which, both(digits, neither(same)))));
  }

  /// Proposition 2, likewise.
  /// @param first_leaves  (1,0) and leaving is chosen, or the threat (1,1), which costs the same
  void audit_throttling(const Real& leave_first, const Real& leave_second, Condition first_leaves,
                        Condition second_leaves) {
    const Real least = smaller(select(first_leaves, provider_cost, leave_first),
                               select(second_leaves, provider_cost, leave_second));
    throttled_cost = smaller(provider_cost, least);
    throttling_gain = provider_cost - throttled_cost;
    // A gain, or nearly one, that is small beside the costs.
    const auto close = [&](const Real& leave, Condition is_own) {
      const Real saving = provider_cost - leave;
      return both(neither(is_own), both(Real(-1e-11) * provider_cost <= saving,
                                        saving <= Real(2 * kCancelled) * provider_cost));
    };
    usual =
        both(usual,
             neither(either(close(leave_first, first_leaves), close(leave_second, second_leaves))));
    usual = both(usual, both(Real(0.0) < provider_cost, Real(0.0) < least));
  }

  Real value_, time_;
  PaperPrimitives<Real> game_;

 public:
  decltype(codes(0, std::declval<Real>())) route;
  Condition usual;  ///< else the scalar solver must solve the game
};

/// Whether numbers are far from the bounds of check(), by the upper halves of their bits. May doubt
/// too early: at -0.0, and next to the bounds.
template <class Real>
class Sizes {
 public:
  /// @param x  0 to 1e100
  void add(const Real& x) { most_ = most(most_, x); }
  /// @param x  1e-100 or more
  void add_positive(const Real& x) { least_ = least(least_, x); }
  [[nodiscard]] bool are_usual() const {
    return most_of(most_) < upper_half(1e100) &&
           static_cast<std::int32_t>(upper_half(1e-100)) < least_of(least_);
  }

 private:
  decltype(no_halves(0, Real{})) most_ = no_halves(0, Real{}),
                                 least_ = no_halves(upper_half(1), Real{});
};

/// The first loop, for games [from, from + count).
template <class Real, bool kTimed>
void look_out(const GameColumns& games, std::size_t from, std::size_t count, Outlook& outlook,
              std::span<std::uint8_t> is_rare, Sizes<Real>& sizes) {
  for (std::size_t j = 0; j < count; j += width_of(Real{})) {
    const auto read = [&](const double* column) { return load(column + from + j, Real{}); };
    const Real value = read(games.value);
    const Real time = kTimed ? read(games.value_of_time) : Real(1.0);
    PaperPrimitives<Real> game(Real(0.0));
    sizes.add(value);
    if constexpr (kTimed) {
      sizes.add(time);
      sizes.add_positive(time);
    }
    for (std::size_t k = 0; k < 2; ++k) {
      const Real success = read(games.success[k]);
      const Real latency = read(games.latency[k]);
      const Real net =
          kTimed ? net_value(value, success, time, latency) : net_value(value, success, latency);
      game.model[k] = paper_pass(success, latency, time, Real(0.0), net);
      sizes.add(latency);
      sizes.add(game.model[k].goes_on);
      sizes.add_positive(success);
    }
    ShareFinder<Real> found;
    found.template find<kTimed>(value, game);
    is_rare[j / width_of(Real{})] = static_cast<std::uint8_t>(bits(neither(found.usual)));
    store(outlook.first_net.data() + j, game.model[0].net_value);
    store(outlook.second_net.data() + j, game.model[1].net_value);
    store(outlook.share.data() + j, found.share);
  }
}

/// The second. @returns whether any is rare.
template <class Real, bool kAudit, bool kTimed>
bool choose(const GameColumns& games, const AnswerColumns& answers, std::size_t from,
            std::size_t count, const Outlook& outlook, std::span<std::uint8_t> is_rare,
            Sizes<Real>& sizes) {
  const auto put = [&](double* column, std::size_t i, const Real& x) {
    if (column != nullptr) store(column + i, x);
  };
  unsigned any_rare = 0;
  for (std::size_t j = 0; j < count; j += width_of(Real{})) {
    const std::size_t i = from + j;
    const auto read = [&](const double* column) { return load(column + i, Real{}); };
    const Real penalty = read(games.churn_penalty);
    const Real time = kAudit && kTimed ? read(games.value_of_time) : Real(1.0);
    PaperPrimitives<Real> game(penalty);
    sizes.add(penalty);
    for (std::size_t k = 0; k < 2; ++k) {
      const Real cost = read(games.cost[k]);
      sizes.add(cost);
      const double* net = k == 0 ? outlook.first_net.data() : outlook.second_net.data();
      game.model[k] =
          paper_pass(read(games.success[k]), kAudit ? read(games.latency[k]) : Real(0.0), time,
                     cost, load(net + j, Real{}));
    }
    LaneSolver<Real> solved(kAudit ? read(games.value) : Real(0.0), time, game);
    solved.template solve<kAudit>(load(outlook.share.data() + j, Real{}));
    const unsigned rare = is_rare[j / width_of(Real{})] | bits(neither(solved.usual));
    is_rare[j / width_of(Real{})] = static_cast<std::uint8_t>(rare);
    any_rare |= rare;
    if (answers.route != nullptr) store(answers.route + i, solved.route);
    put(answers.cascade, i, solved.cascade_share);
    put(answers.abandon, i, solved.abandon);
    put(answers.provider_cost, i, solved.provider_cost);
    if constexpr (kAudit) {
      put(answers.user_utility, i, solved.user_utility);
      put(answers.success, i, solved.success);
      put(answers.latency, i, solved.latency);
      put(answers.service_cost, i, solved.service_cost);
      put(answers.preferred_utility, i, solved.preferred_utility);
      put(answers.misalignment, i, solved.misalignment);
      put(answers.throttled_cost, i, solved.throttled_cost);
      put(answers.throttling_gain, i, solved.throttling_gain);
    }
  }
  return any_rare != 0;
}

/// Flattened: a call would pass each number of eight lanes through memory. Columns by value: a byte
/// that is written may not change them.
template <class Real, bool kAudit, bool kTimed>
[[gnu::flatten]] Block solve_block(const GameColumns& of_games, const AnswerColumns& of_answers,
                                   std::size_t from, std::size_t count,
                                   std::span<std::uint8_t> is_rare) {
  static_assert(kPart % width_of(Real{}) == 0);
  const GameColumns games = of_games;
  const AnswerColumns answers = of_answers;
  Outlook outlook;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  Sizes<Real> sizes;
  bool rare = false;
  for (std::size_t done = 0; done < count; done += kPart) {
    const std::size_t part = count - done < kPart ? count - done : kPart;
    const auto is_rare_of_part = is_rare.subspan(done / width_of(Real{}), part / width_of(Real{}));
    look_out<Real, kTimed>(games, from + done, part, outlook, is_rare_of_part, sizes);
    rare |= choose<Real, kAudit, kTimed>(games, answers, from + done, part, outlook,
                                         is_rare_of_part, sizes);
  }
  return {rare, !sizes.are_usual()};
}

template <class Real>
SolveBlock block_of(bool audit, bool timed) {
  const auto solve =
      audit ? (timed ? solve_block<Real, true, true> : solve_block<Real, true, false>)
            : (timed ? solve_block<Real, false, true> : solve_block<Real, false, false>);
  return {solve, width_of(Real{})};
}

}  // namespace

}  // namespace turnout::game::kernels
