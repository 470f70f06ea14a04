#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/game/equilibrium.h"
#include "turnout/game/knowledge.h"

namespace turnout::analysis {

struct ResponseOptions {
  static constexpr std::size_t kLeastPoints = 2;
  static constexpr std::size_t kMostPoints = 1'000'000;
  std::size_t points = 21;  ///< equally spaced s in [0, 1], ends included
};

/// One policy with the response to it.
struct ResponsePoint {
  game::Policy policy;
  game::Response response;
  game::Payoffs<double> payoffs{};
  bool comes = true;  ///< false: users who may stay away do; the response is that of who tries
  /// "s0", "sL", "sH" at a threshold, "comes" at the least s at which users do who may stay away;
  /// "optimum" at the provider's optimum.
  std::string mark;
};

/// The provider's optimum under users who know less or more. docs/theory.md, section 13. Whoever
/// knows more expects no less of it, and so comes, too, where users may stay away.
struct KnowledgeAnswer {
  game::Candidate policy;          ///< he knows the policy: the paper's user
  game::InformedResponse model;    ///< he sees which model answered
  game::CountingResponse attempt;  ///< he counts attempts
};

/// The user's best response and both payoffs as functions of the policy.
struct ResponseAnswer {
  PaperScenario paper;
  game::Thresholds thresholds;
  std::optional<double> entry;  ///< game::entry_share(), for users who may stay away
  std::vector<ResponsePoint> curve;
  /// Nothing where users may stay away and no policy is better than to lose them all.
  std::optional<KnowledgeAnswer> knowledge;
};

/// @returns (1, s) for equally spaced s and for every threshold, in increasing s, then (2, 0), each
///   with the response; whatever the scenario says that users know, all three kinds are answered. U
///   and J jump at s0, where the user is indifferent; the point there has the response that costs
///   the provider less. kInvalidValue for points out of range; errors of paper_scenario(). Cost:
///   some 100 ns a point, and game::counting_response().
base::Result<ResponseAnswer> response_answer(scenario::Scenario scenario,
                                             const ResponseOptions& options);

}  // namespace turnout::analysis
