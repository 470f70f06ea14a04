#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "turnout/game/escalation_plan.h"

/// The best plan for any number of models when attempts are independent draws: the provider keeps
/// account of the utility that it has promised the user from the next attempt on. docs/theory.md,
/// section 11.
namespace turnout::game {

/// A way to go on after a failed attempt, as a point (promised utility w, cost to the provider g).
struct Continuation {
  double utility = 0;
  double cost = 0;
  /// The model that serves on until the task is solved; nothing: one attempt on `model`, then the
  /// user leaves.
  std::size_t model = 0;
  bool until_solved = true;
};

/// @returns the frontier G: the least cost of delivering the promised utility w >= 0 after a failed
///   attempt, by its breakpoints in order of w; G is linear between neighbours. The first is at the
///   least promise that can be kept. A first breakpoint at w = 0 that no single continuation
///   delivers has `model` = size() and is a mixture, see best_plan(). Empty if no promise can be
///   kept (every xi < 0): then every user leaves.
/// Exact: G is the lower convex hull of the points (xi_k/p_k, c_k/p_k) of all models and, if some
/// xi_k <= 0 so that leaving can be induced, (xi_k, c_k + b_k P), cut off at w = 0 (theorem 11.1).
/// Relative error a few 2^-52. Cost: N log N. Without switching costs only.
std::vector<Continuation> utility_frontier(const RoutingGame& game);

/// @returns the provider's optimal plan over all plans with lotteries that may depend on the whole
///   history, for a user who knows the plan and the attempt (theorem 11.2): one attempt on some
///   model, then the user leaves, or one model until solved, or the cheaper of two models as often
///   as a user bears whom staying is worth just nothing. Ties go to the provider, then to the
///   simplest plan, then to the earlier model. The certificate is exact (gap 0). At most
///   kMostAttempts attempts are listed. Cost: N^2, about 1 us for 8 models. Without switching costs
///   only.
CertifiedPlan best_plan(const RoutingGame& game);

inline constexpr std::size_t kMostAttempts = 1000;
/// Attempts of a plan that are counted behind the listed ones.
inline constexpr std::size_t kMostCounted = 100'000;

/// @returns what serving every attempt by model k comes to, with the user's best response.
EscalationPlan static_plan(const RoutingGame& game, std::size_t k);

/// @returns the cheapest static plan.
EscalationPlan best_static_plan(const RoutingGame& game);

/// The least that a user who may leave can be promised after a failure: W_f = min_k xi_k - wait_fk +
/// b_k max(0, W_k), a contraction; found by iteration to the last bit, or 2000 rounds. Without switching
/// costs W_f is the least xi.
class Threats {
 public:
  /// The game must outlive this.
  explicit Threats(const RoutingGame& game);
  /// @returns the model that is worth least to who has failed on `from`: served next, and the worst
  ///   again after each of its failures, it makes him leave if anything does.
  [[nodiscard]] std::size_t worst_after(std::size_t from) const;
  /// @returns what `to` after a failure on `from` is worth, and the worst behind it.
  [[nodiscard]] double worth_of(std::size_t from, std::size_t to) const;

 private:
  const RoutingGame* game_;
  std::vector<double> worth_;
};

/// @returns the model to threaten with after a failure on `from` so that the user leaves (least xi,
///   at most 0), or nothing.
std::optional<std::size_t> deterrent(const RoutingGame& game, std::size_t from);

}  // namespace turnout::game
