#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/game/regret_plan.h"
#include "turnout/scenario/scenario.h"

namespace turnout::analysis {

struct RegretOptions {
  std::uint64_t seed = 1;  ///< of the games looked at
  /// Attempts on offer, 1 to game::kDeepest. Nothing: as many as `plan` offers in the middle game.
  std::optional<std::size_t> depth = {};
  /// Most partial plans of all games together to look at in each turn, 1 to kMostNodes (plan_answer.h).
  /// Nothing: what takes half a second.
  std::optional<std::size_t> nodes = {};
  std::size_t checks = 1000;  ///< games drawn apart to check the answer
};

/// A game of the box, and what the plan comes to there.
struct RegretGame {
  std::vector<double> numbers;  ///< by uncertain number
  double cost = 0;              ///< J of the plan
  game::EscalationPlan best;    ///< the game's own best plan
  [[nodiscard]] double regret() const { return cost - best.payoffs.provider_cost; }
};

/// The plan for a game of which only bounds are known. docs/theory.md, section 18.
struct RegretAnswer {
  scenario::Scenario scenario;  ///< ranges at their middle, other numbers at their means
  std::vector<scenario::Uncertainty> uncertain = {};
  std::vector<double> low = {}, high = {};  ///< the box, by uncertain number
  std::size_t depth = 0;                    ///< attempts on offer
  /// Reach and payoffs are those in the game in the middle of the box; U with v0 in it.
  game::EscalationPlan plan = {};
  std::optional<std::string> policy = {};  ///< as `simulate --policy` reads it
  RegretGame worst = {};                   ///< of the games that were looked at
  RegretGame middle = {};
  /// What the middle game's own best plan regrets where that is most.
  RegretGame worst_of_middle = {};
  game::RegretPlan found = {};  ///< the bound and what it rests on, the check, the decisions
  std::vector<std::string> notes = {};
};

/// @param scenario  with ranges; numbers with a posterior count as ranges over their 95 % interval,
///   with a note
/// @returns the answer, the same for the same seed; kInvalidValue for options out of range, kUnsupported
///   naming the key that is not for plans, or a scenario in which every number is known; kCancelled.
///   Cost: game::least_regret()'s, with the depth's.
/// @param watch  told of games looked at, and of partial plans
base::Result<RegretAnswer> regret_answer(scenario::Scenario scenario, const RegretOptions& options,
                                         const base::Watch& watch = {});

}  // namespace turnout::analysis
