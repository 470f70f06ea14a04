#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "turnout/game/best_response.h"

/// The provider's optimum under commitment: the strong Stackelberg equilibrium. Theorems 3 to 5;
/// docs/theory.md, section 4.
namespace turnout::game {

/// Which model is value-dominated (xi >= 0), in model order.
enum class Regime { kValueValue, kLatencyLatency, kLatencyValue, kValueLatency };

/// @returns by which the user goes with either model alone: value if xi >= 0 (the paper: V p >= w
///   t), latency if not; by the xi that he believes in.
Regime regime_of(const Game& game);

/// @returns "value-value", "latency-latency", "latency-value" or "value-latency".
const char* to_string(Regime regime);

/// The ways to play that can be optimal, in the order in which ties are broken: simplest first.
enum class Route {
  kFirstStay,        ///< (1,0), the user stays
  kFirstLeave,       ///< (1,0), the user leaves after a failure
  kThreat,           ///< (1,1) with xi1 > 0 >= xi2: the slow M2 as a threat, the user leaves
  kSecondStay,       ///< (2,0), the user stays
  kSecondLeave,      ///< (2,0), the user leaves
  kCascadeStay,      ///< (1,s0): just enough escalation to make the user stay
  kCascadePatience,  ///< (1,sL): as much escalation as the user bears
  /// (1,s), sL < s < sH, mixed response; only where eps1 > eps2, outside the paper's order p1 < p2
  kCascadeMixed,
};

/// @returns a short name such as "(1,0) stay"; the policy and what the user does.
const char* to_string(Route route);

/// @returns whether the route is an interior cascade, 0 < s < 1.
constexpr bool is_cascade(Route route) {
  return route == Route::kCascadeStay || route == Route::kCascadePatience ||
         route == Route::kCascadeMixed;
}

/// A policy, the user's response to it and what both get.
struct Candidate {
  Route route = Route::kFirstStay;
  Policy policy;
  double abandon = 0;
  Payoffs<double> payoffs{};
};

/// The solution of a game. Holds every candidate, best among them marked. Never empty.
class Equilibrium {
 public:
  static constexpr std::size_t kMostCandidates = 6;

  Regime regime = Regime::kValueValue;
  /// The chosen response is one of several equally good for the user; he is assumed to take the
  /// provider's side.
  bool user_indifferent = false;
  /// Another candidate costs the provider the same (to 4 * 2^-52).
  bool provider_indifferent = false;

  [[nodiscard]] const Candidate& best() const { return candidates_[best_]; }
  [[nodiscard]] std::span<const Candidate> candidates() const {
    return {candidates_.data(), size_};
  }
  [[nodiscard]] std::span<Candidate> candidates() { return {candidates_.data(), size_}; }
  /// @returns the candidate that plays `route`, or nullptr.
  [[nodiscard]] const Candidate* find(Route route) const;

 private:
  friend Equilibrium solve(const Game& game);
  std::array<Candidate, kMostCandidates> candidates_{};
  std::size_t size_ = 0;
  std::size_t best_ = 0;
};

/// @returns the provider's optimal policy among all (i, s), the user's response, and what both get.
/// Exact: every number has a relative error below 1e-14, tested against 50 digits at 1e-12 (costs
/// >= 0); the s and q of kCascadeMixed 1e-7, its payoffs 1e-12. Total: every Game has an answer.
/// About 65 ns.
Equilibrium solve(const Game& game);

/// @returns the least J among the static policies (1,0), (1,1) and (2,0), each with the user's best
///   response: what an interior cascade is to be compared with. It may be above J* only if an
///   interior cascade is optimal.
double best_static_cost(const Game& game);

/// @returns what a route of this game comes to, whether or not the user would play it so. Not for
///   kCascadeMixed.
Candidate play(const Game& game, Route route);

/// What a route comes to in 31 digits, in the parts that differences need: J = fixed_cost + P
/// penalties, U = (V - v0) (1 - unsolved) - spent.
struct ExactParts {
  numeric::DoubleDouble fixed_cost;  ///< J if P = 0
  numeric::DoubleDouble penalties;   ///< the share of tasks that P is due for
  numeric::DoubleDouble unsolved;    ///< 1 - S
  numeric::DoubleDouble spent;       ///< as in Payoffs
};

/// @returns the parts of a route. Not for kCascadeMixed.
ExactParts exact_parts(const Game& game, Route route);

/// @returns U(a) - U(b) for two candidates of the same game, accurate to 1e-12 relative although
///   the utilities may agree in most digits; a difference below four roundings of the inputs is 0.
///   About 10 ns, 500 ns where digits cancel.
double utility_gap(const Game& game, const Candidate& a, const Candidate& b);

/// @returns J(a) - J(b), likewise.
double cost_gap(const Game& game, const Candidate& a, const Candidate& b);

}  // namespace turnout::game
