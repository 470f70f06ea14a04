#pragma once

#include <optional>

#include "turnout/base/rng.h"
#include "turnout/verification/markov_chain.h"

/// The judge: searches over policies and responses on the Markov chain, knowing no theorem. Slow on
/// purpose.
namespace turnout::verification {

/// A response found by search.
struct FoundResponse {
  double abandon = 0;
  ChainPayoffs payoffs;
};

/// @returns the abandonment probability with the highest utility that the user expects: 65 grid points, the best
///   refined by golden section to 1e-9. Utility as a function of q has at most one interior maximum
///   on the games tried.
FoundResponse search_response(const game::Game& game, const game::Policy& policy);

/// The provider's best policy found by search.
struct FoundOptimum {
  game::Policy policy;
  FoundResponse response;
};

/// @param shares  number of equally spaced s in [0, 1] on M1, beside (2, 0)
/// @param least_utility  consider only policies that give the user at least this much, if given
/// @returns the cheapest policy on the grid. It is an upper bound on the true optimum that
///   approaches it as 1/shares; a claimed optimum must not be above it. Empty if no policy gives
///   that utility.
std::optional<FoundOptimum> search_optimum(const game::Game& game, std::size_t shares,
                                           std::optional<double> least_utility = std::nullopt);

/// @returns by how much a claimed play (policy, response, cost) is not the optimum, relative to the
///   size of the costs and utilities involved; 0 if it is. The largest of: what a grid policy saves
///   over it, what another response would give the user, and the error of the claimed cost.
double optimum_deviation(const game::Game& game, const game::Policy& policy, double abandon,
                         double provider_cost, std::size_t shares);

/// @returns what the user expects another response than `abandon` to give him, relative to the utilities'
///   size.
double response_deviation(const game::Game& game, const game::Policy& policy, double abandon);

/// @returns by how much evaluate() errs on any policy with any response, by the chain: the largest
///   error of J, U and S, relative to their sizes.
double payoff_deviation(const game::Game& game, base::Rng& rng);

/// @returns the cost of the cheapest policy that search_optimum() finds over a grid of inflated
///   latencies, each up to past the one at which a pass is worth nothing to the user as he sees it:
///   an upper bound on what throttling comes to.
double search_throttled_cost(const game::Game& game, std::size_t shares);

/// The sizes against which a deviation counts: of the costs and of the utilities of one task.
double cost_scale(const game::Game& game);
double utility_scale(const game::Game& game);

}  // namespace turnout::verification
