#pragma once

#include <optional>
#include <vector>

#include "turnout/game/equilibrium.h"

/// The game without commitment: the user does not see the policy, so that provider and user move at
/// the same time. docs/theory.md, section 16.
namespace turnout::game {

/// A Nash equilibrium of the simultaneous game: neither side gains by changing its part alone.
struct NashEquilibrium {
  /// The policy; with mixes_start the provider plays (1,0) with probability `first_share` and (2,0)
  /// otherwise.
  Policy policy;
  bool mixes_start = false;
  double first_share = 1;
  double abandon = 0;
  /// A whole range of equilibria with the same cost and utility for the provider passes through
  /// this one (a tie).
  bool one_of_many = false;
  Payoffs<double> payoffs{};
};

/// @returns the q in (0, 1) at which all policies cost the provider the same, equation (19);
///   nothing if one model is cheaper at every q, or both cost the same at all.
std::optional<double> provider_indifference(const Game& game);

/// @returns the payoffs of a lottery: the first ones with probability `share`.
Payoffs<double> mixed(double share, const Payoffs<double>& one, const Payoffs<double>& other);

/// @returns the equilibria in policies (i, s) and stationary responses q, and those that mix over
///   the first model, in the order (1,0), (1,1), (2,0), interior s, mixed start. Not empty in any
///   of 3,000 games of the paper's order; outside it about one game in 1,500 has none: there the
///   user would have to draw once whether he ever leaves, which no single q can say.
/// For a fixed q the cost is monotone in s (a weighted mean of two numbers), so that the provider's
/// replies are (1,0), (1,1), (2,0), or, at the q where M1 and M2 cost the same, every policy: that
/// q is the root of equation (19), and the s (or mixture) that makes it a best response
/// is a root of another, equation (20). Ties within 1e-12 of the costs count as equilibria. Checked
/// against deviations on a grid. Cost: about 1 us.
std::vector<NashEquilibrium> nash_equilibria(const Game& game);

}  // namespace turnout::game
