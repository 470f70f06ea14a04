#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "turnout/game/belief_plan.h"

/// One sequence of attempts for users who differ in what a solved task and their time are worth to
/// them, with any number of models. docs/theory.md, section 17.
///
/// Everywhere: attempts are on offer as in belief_plan.h, to all users alike. All know the
/// sequence, and each makes the number of attempts that is worth most to him (within 1e-12 of the
/// amounts at stake; ties go to the provider), the first always unless game.participates(). A
/// segment's own User gives its V, w, v0, H and whether it is naive; `game` gives all else but the
/// success rates, which `types` gives, and its own user counts for nothing. Segments: at least one,
/// valid numbers, shares that sum to 1. Nothing here can fail.
namespace turnout::game {

/// What a sequence comes to for each segment, and for all users together.
struct PopulationPlay {
  std::vector<std::size_t> attempts;  ///< by segment: made before he leaves or the offer ends
  std::vector<PlanPayoffs> by_segment;
  PlanPayoffs mean;           ///< over all users, by shares
  std::vector<double> reach;  ///< share of all users who make each attempt on offer
};

/// @returns what the sequence comes to: attempt j goes to sequence[j], after the last the task ends
///   unsolved. What a user costs the provider depends on when he leaves, not on who he is, so J is
///   the sum of share x (spent_m + P reach_m) with m his best stop.
/// Exact up to rounding. Cost: depth x (types + segments).
PopulationPlay play_sequence_for_all(const RoutingGame& game, std::span<const Segment> segments,
                                     const TaskTypes& types,
                                     const std::vector<std::size_t>& sequence);

/// @returns the cheapest sequence of exactly `depth` attempts on offer for all of them, with its
///   certificate. The plan's `reach` and payoffs are those of all users together; leaves_after is
///   the number of attempts after which nobody is left, where that is below `depth`.
/// Branch and bound over the sequences, depth first. After a prefix that cost `spent` so far every
/// completion costs at least the sum of share x min(cost at his best stop so far, spent + what
/// going on costs at least), where going on costs at least what it costs a provider who knows each
/// task's type and whom nobody can leave. Of a segment that lost more since its best stop than
/// going on can be worth to it (user_hopes.h) only the stop counts. docs/theory.md proves it. The
/// certificate's gap is at most 1e-10 of the cost unless the limit on nodes is met or the search is
/// cancelled; the bound is true all the same.
/// Segments of equal users count as one. Cost: at most models^depth x models x (types + segments);
/// measured by bench/plan_bench.cpp ("for 200 segments").
/// @param depth  1 to kDeepest
CertifiedPlan best_sequence_for_all(const RoutingGame& game, std::span<const Segment> segments,
                                    const TaskTypes& types, std::size_t depth,
                                    const SearchLimits& limits = {});

/// @returns the cheapest of the sequences k, k, k, ... for all of them.
EscalationPlan best_static_sequence_for_all(const RoutingGame& game,
                                            std::span<const Segment> segments,
                                            const TaskTypes& types, std::size_t depth);

/// @returns the cheapest for all of them of the sequences that switch model at most once. Cost:
///   models^2 x depth^2 x (types + segments).
EscalationPlan best_cascade_sequence_for_all(const RoutingGame& game,
                                             std::span<const Segment> segments,
                                             const TaskTypes& types, std::size_t depth,
                                             const base::Cancellation& cancellation = {});

}  // namespace turnout::game
