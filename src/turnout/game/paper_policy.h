#pragma once

#include <optional>

#include "turnout/game/equilibrium.h"
#include "turnout/game/routing_game.h"

namespace turnout::game {

/// The paper's policy (i, s) on two of the models: the cheapest among all pairs.
struct PaperPolicy {
  /// How the pair is played; of one model kFirstStay or kFirstLeave.
  Route route = Route::kFirstStay;
  /// Whether s is chosen, above s0, so that users who may stay away come: the least at which they
  /// do, or 1. The route is then kCascadeStay.
  bool wins_users = false;
  std::size_t first = 0;   ///< the pair's M1 ...
  std::size_t second = 0;  ///< ... and M2; the same where there is one model only
  Policy policy;
  double abandon = 0;
  bool submits = true;        ///< false: the user expects less than 0 and does not submit
  Payoffs<double> payoffs{};  ///< user_utility is U - v0
};

/// @returns whether two policies are the same but for the numbers s and q: nobody comes for
///   either, or the same models, route and reason for s.
bool same_way(const PaperPolicy& a, const PaperPolicy& b);

/// @returns the cheapest policy (i, s), 0 <= s <= 1, over all pairs of models in the order in which
///   they are offered, for the paper's user: he leaves with one probability q after every failure,
///   whoever answered. solve() on each pair; with participates() also the s that makes submitting
///   just worth it. Nothing with switching costs, which (i, s) does not know.
/// Relative error 1e-14, as solve().
std::optional<PaperPolicy> best_paper_policy(const RoutingGame& game);

/// @returns the provider's optimum in a game of two models whose users may stay away; nothing where
///   no policy that they come for costs less than P, what it costs to lose them all.
std::optional<Candidate> best_for_who_may_stay_away(const Game& game);

}  // namespace turnout::game
