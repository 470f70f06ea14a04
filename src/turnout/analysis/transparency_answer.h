#pragma once

#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/game/equilibrium.h"
#include "turnout/game/opaque_lotteries.h"
#include "turnout/game/opaque_routing.h"

namespace turnout::analysis {

/// An equilibrium without commitment, and what publishing the policy is worth against it.
struct UnpublishedEquilibrium {
  game::NashEquilibrium equilibrium;
  bool comes = true;  ///< false: users who may stay away do; policy and q are those of who tries
  double value_to_provider = 0;  ///< its cost here less its cost with commitment
  double value_to_user = 0;      ///< his utility with commitment less that here
};

/// A range of lotteries over (1,s) and (2,0) that are equilibria, and what publishing the policy is
/// worth against it.
struct UnpublishedRange {
  game::LotteryRange range;
  bool comes = true;              ///< as in UnpublishedEquilibrium
  double value_to_provider = 0;   ///< the same against each
  double value_to_user_from = 0;  ///< against the end of least s ...
  double value_to_user_to = 0;    ///< ... and of largest s; against the others, between
};

/// What a published policy is worth to each side. docs/theory.md, section 16.
struct TransparencyAnswer {
  PaperScenario paper;
  game::Candidate commitment;  ///< the provider's optimum if users see the policy
  bool comes = true;           ///< whether users come for it; those who may stay away may not
  std::vector<UnpublishedEquilibrium> equilibria;
  std::vector<UnpublishedRange> ranges;  ///< equilibria are at their ends, if anywhere in them
};

/// @param scenario  whether its provider commits does not matter: both cases are answered. Users
///   who may stay away do so in an equilibrium that is worth less than that to them.
/// @returns the answer; errors of paper_scenario().
base::Result<TransparencyAnswer> transparency_answer(scenario::Scenario scenario);

}  // namespace turnout::analysis
