#pragma once

#include <optional>

#include "turnout/game/deterministic_plan.h"
#include "turnout/game/task_types.h"

/// Plans of bounded depth when a failure says something about the task. docs/theory.md, section 12.
namespace turnout::game {

inline constexpr std::size_t kDeepest = 64;

/// A sequence of models, the user's response to it and what both get.
struct SequencePlay {
  std::size_t attempts =
      0;  ///< the user makes this many, then leaves or the offer ends; 0: he does not submit
  /// probability that each attempt on offer would be made by a user who never left
  std::vector<double> reach;
  PlanPayoffs payoffs;
};

/// @returns what a sequence comes to: attempt j goes to sequence[j], after the last the task ends
///   unsolved. The user knows the sequence and the number of the attempt and leaves where that is
///   worth most to him (within 1e-12 of the amounts at stake; ties go to the provider). The first
///   attempt is always made unless game.participates().
/// Exact up to rounding: sums over the types. Cost: depth x types. `game` gives everything but the
/// success rates.
SequencePlay play_sequence(const RoutingGame& game, const TaskTypes& types,
                           const std::vector<std::size_t>& sequence);

/// @returns what the user gets and the provider pays if he makes exactly `attempts` of the
///   sequence's attempts.
PlanPayoffs stop_after(const RoutingGame& game, const TaskTypes& types,
                       const std::vector<std::size_t>& sequence, std::size_t attempts);

/// @returns the cheapest sequence of exactly `depth` attempts on offer, with its certificate:
///   branch and bound over the sequences, where a task of known type bounds the cost from below,
///   and where prefixes with the same failures (in any order, if attempts commute) are kept only if
///   none is better for both sides. Provably optimal (gap 0 up to rounding) unless the limit on
///   nodes is met. Switching costs are allowed. Cost: at most models^depth x types; measured in
///   bench/RESULTS.md.
/// @param depth  1 to kDeepest
CertifiedPlan best_sequence(const RoutingGame& game, const TaskTypes& types, std::size_t depth,
                            const SearchLimits& limits = {});

/// @returns the cheapest of the sequences k, k, k, ...
EscalationPlan best_static_sequence(const RoutingGame& game, const TaskTypes& types,
                                    std::size_t depth);

/// @returns the cheapest of the sequences that switch model once: i, ..., i, j, ..., j; the static
///   ones are among them.
EscalationPlan best_cascade_sequence(const RoutingGame& game, const TaskTypes& types,
                                     std::size_t depth,
                                     const base::Cancellation& cancellation = {});

}  // namespace turnout::game
