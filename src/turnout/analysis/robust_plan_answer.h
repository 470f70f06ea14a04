#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnout/base/watch.h"
#include "turnout/game/escalation_plan.h"
#include "turnout/scenario/scenario.h"

namespace turnout::analysis {

struct RobustOptions {
  static constexpr std::size_t kLeastDraws = 100;
  static constexpr std::size_t kMostDraws = 100'000;
  std::size_t draws = 1000;  ///< from the posterior
  std::uint64_t seed = 1;    ///< of the draws
  /// Attempts on offer, 1 to game::kDeepest. Nothing: as many as it takes until more of them save
  /// less than kWorthwhile, at most kMostGrown (plan_answer.h).
  std::optional<std::size_t> depth = {};
  /// Most partial plans of all games together to look at, 1 to kMostNodes. Nothing: what takes some
  /// seconds.
  std::optional<std::size_t> nodes = {};
};

/// What it would be worth to know one uncertain number exactly, the others as well as now.
struct NumberInformation {
  std::string symbol;
  double gain = 0;  ///< expected fall of J, >= 0
};

/// A mean over draws, with the standard error that it has for there being so few.
struct DrawnMean {
  double value = 0;
  double standard_error = 0;
};

/// One sequence of attempts for all that the game may be. docs/theory.md, section 18.
struct RobustPlanAnswer {
  std::size_t depth = 0;      ///< attempts on offer
  std::size_t searched = 0;   ///< draws that the sequence was looked for in, the first of all
  game::EscalationPlan plan;  ///< its reach and payoffs are means over all draws; U with v0 in it
  std::optional<std::string> policy;  ///< as `simulate --policy` reads it
  DrawnMean cost;                     ///< J over all draws
  std::array<double, 3> quantiles{};  ///< 5, 50 and 95 % of J over all draws
  double searched_cost = 0;           ///< J over the draws searched
  game::Certificate certificate;      ///< no sequence of this depth costs less over those
  /// Share of the draws searched in which no sequence saves more than kWorthwhile.
  double best_share = 0;
  game::EscalationPlan at_mean;  ///< the best for the game at the means, over all draws
  double believed_cost = 0;      ///< what that seems to cost, by the means
  DrawnMean saving;              ///< what at_mean costs more
  DrawnMean
      perfect_information;  ///< expected fall of J if the game were known, over those searched
  std::vector<NumberInformation> information;  ///< by uncertain number, largest first
};

/// @param scenario   the game at the means; its `uncertain` is empty
/// @param uncertain  numbers with a posterior
/// @returns the plan; kInvalidValue for an interval that hardly overlaps its number's range;
///   kCancelled. The same for the same seed.
/// It is looked for in the first draws, at most 2,000 and as many as memory allows (128 MB of
/// numbers), and played in all of them.
/// Cost: game::robust_plan()'s for those, and a play of two plans for each of the others (some 60 us
/// with difficulty).
/// @param watch  told of draws and partial plans looked at
base::Result<RobustPlanAnswer> robust_plan_answer(
    const scenario::Scenario& scenario, const std::vector<scenario::Uncertainty>& uncertain,
    const RobustOptions& options, const base::Watch& watch = {});

/// @returns a scenario's uncertain numbers at their means (of ranges, the middle).
std::vector<double> means_of(const std::vector<scenario::Uncertainty>& uncertain);

}  // namespace turnout::analysis
