#pragma once

#include <array>
#include <string>

#include "turnout/game/equilibrium.h"
#include "turnout/game/population.h"

/// From an equilibrium to what an operator types: a policy whose number has as many digits as are
/// printed, on the side of the threshold where the user does as the equilibrium says.
namespace turnout::analysis {

struct RoundingOptions {
  /// How far beyond the threshold s is to be, as a share of it, >= 0: s0 (1 + margin), at most 1, or
  /// sL (1 - margin), at least 0. 0: the nearest number with kPrintedDigits digits.
  double margin = 0;
};
inline constexpr double kMostMargin = 1000;

/// @returns kInvalidValue naming --margin unless it is from 0 to kMostMargin.
base::Status check(const RoundingOptions& options);

inline constexpr int kPrintedDigits = 6;

/// A policy (i, s) as it is printed, and what it comes to as it is printed.
struct DeployablePolicy {
  /// As `simulate --policy` reads it: "mini", "mini,large" or "cascade:mini,large,0.173086".
  std::string text;
  game::Policy policy;    ///< what the text says, to the last bit
  double abandon = 0;     ///< q, the user's best response to it
  bool on_a_tie = false;  ///< he would be as well off leaving (or staying): no rounding can help
  game::Payoffs<double> payoffs{};  ///< of the printed policy with that response
  /// J of the printed policy less that of the candidate: what rounding and margin cost.
  double cost_of_rounding = 0;
};

/// @returns the candidate's policy, s rounded to kPrintedDigits significant digits on the safe side:
///   up from s0, so that he stays for more than no reason at all (strictly above, equation (6)); down
///   from sL (equation (8)), up to which staying is best; to the nearest where the response is mixed
///   and has no cliff. The response to the rounded policy is computed anew, by best_response().
/// @param names  of M1 and M2; names that the grammar could misread are quoted
/// Total. O(1).
DeployablePolicy deployable_policy(const game::Game& game, const std::array<std::string, 2>& names,
                                   const game::Candidate& candidate,
                                   const RoundingOptions& options = {});

/// @returns the s that deployable_policy() prints for a candidate.
double printed_cascade(const game::Candidate& candidate, const RoundingOptions& options = {});

/// @returns the policy (i, s) for users who differ, rounded to the side where it costs less: each
///   part may have a threshold at s. The margin goes to the same side. Abandon is the mean q.
/// @param optimum  of these parts; cost_of_rounding is against it
/// Total. Cost: three times game::evaluate_population().
DeployablePolicy deployable_policy(const std::vector<game::PopulationPart>& parts,
                                   const std::array<std::string, 2>& names,
                                   const game::PopulationOptimum& optimum,
                                   const RoundingOptions& options = {});

}  // namespace turnout::analysis
