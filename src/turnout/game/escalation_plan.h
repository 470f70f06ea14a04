#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "turnout/game/routing_game.h"

namespace turnout::game {

/// Which model serves one attempt of a plan: one model, or a lottery over several.
struct PlannedAttempt {
  /// model and its probability; probabilities sum to 1
  std::vector<std::pair<std::size_t, double>> models;
  double reach = 0;  ///< probability that the attempt is made
};

/// What a plan comes to for one task, in expectation.
struct PlanPayoffs {
  double provider_cost = 0;  ///< J, prices subtracted
  double user_utility = 0;   ///< U - v0, what he gets above what leaving at once gives
  double success = 0;        ///< S
  double latency = 0;        ///< L
  double service_cost = 0;   ///< C, prices subtracted
};

/// The same lottery for some attempts in a row.
struct PlannedRun {
  std::vector<std::pair<std::size_t, double>> models;
  std::size_t times = 1;
};

/// A plan that the provider commits to and the user knows: who serves attempt 1, 2, 3, ... and when
/// the user leaves.
struct EscalationPlan {
  std::vector<PlannedAttempt> attempts;
  /// The last attempt's model serves all later attempts too, until the task is solved or the user has
  /// left of his own will.
  bool until_solved = false;
  /// The user makes this many attempts and leaves if the last fails. Attempts on offer behind it
  /// are what makes him leave. Nothing: he never leaves of his own will. 0: he does not submit.
  std::optional<std::size_t> leaves_after;
  /// No attempt is on offer behind the last one.
  bool ends = false;
  /// The list was cut: the plan goes on in the same way ...
  bool truncated = false;
  /// ... which is this: the attempts behind the list, the last one's model until solved. Empty where
  /// they are more than kMostCounted (promised_utility.h).
  std::vector<PlannedRun> rest;
  PlanPayoffs payoffs;
};

/// An answer with the proof of how good it is: no plan of its class costs less than `bound`.
struct Certificate {
  double bound = 0;       ///< lower bound on J over the whole class
  double gap = 0;         ///< J - bound >= 0
  std::size_t nodes = 0;  ///< partial plans looked at; 0 for a closed form
};

struct CertifiedPlan {
  EscalationPlan plan;
  Certificate certificate;
};

}  // namespace turnout::game
