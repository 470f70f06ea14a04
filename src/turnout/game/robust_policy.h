#pragma once

#include <vector>

#include "turnout/game/equilibrium.h"
#include "turnout/game/population.h"

/// A policy for a game that is known only as a posterior: the cost jumps where users start to
/// leave, so that the policy that is best for the mean can be far from best. docs/theory.md,
/// section 18.
namespace turnout::game {

/// What it would be worth to know one number of the game exactly before choosing the policy.
struct InformationValue {
  Parameter parameter;
  double gain = 0;  ///< expected fall of the cost, >= 0
};

struct RobustAnswer {
  PopulationOptimum robust;                   ///< least expected cost over the posterior
  Policy at_mean;                             ///< best for the mean game ...
  PopulationMean at_mean_over_draws;          ///< ... and what it comes to over the posterior
  double believed_cost = 0;                   ///< what solve() says of at_mean, for the mean game
  std::optional<double> threshold;            ///< s0 of the mean game
  double perfect_information = 0;             ///< expected gain from knowing the whole game
  std::vector<InformationValue> information;  ///< by parameter that varies, largest first
};

/// @param draws  from the posterior, equally likely, at least 100
/// @param mean   the game at the posterior means
/// The information values are from 20 strata of the
///   draws by each parameter, less what strata at random would seem to gain; standard error about
///   the cost's standard deviation / sqrt(draws). Cost: n log n in the draws for each parameter
///   that varies; some 10 ms for 1,000 draws, a second for 100,000.
/// @param cancellation  if it stops the work, the answer means nothing
RobustAnswer robust_policy(const std::vector<Game>& draws, const Game& mean,
                           const base::Cancellation& cancellation = {});

}  // namespace turnout::game
