#pragma once

#include <cstddef>
#include <vector>

#include "turnout/game/escalation_plan.h"
#include "turnout/numeric/lines.h"

/// Is the provider against its users, with any number of models and prices. docs/theory.md,
/// section 24: sections 5 to 7 with plans in place of (i, s).
namespace turnout::game {

/// Serving slower than the models could, so that users give up sooner.
struct PlanThrottling {
  double cost = 0;        ///< min(J*, min_k P + eta_k); of users who may stay away min(J*, P)
  double gain = 0;        ///< J* less that, >= 0; throttling pays iff it is > 0
  std::size_t model = 0;  ///< the model to route to and to slow down, if it pays
  /// Served latencies at which the user leaves: the models' own, but for the slowed one.
  std::vector<double> latencies;
  double user_loss = 0;  ///< U* less the user's utility then, in V's unit
};

struct PlanAudit {
  EscalationPlan optimum;    ///< the provider's: best_plan()
  EscalationPlan preferred;  ///< the user's: the model that is worth most to him, at each attempt
  double misalignment = 0;   ///< U(preferred) - U(optimum), >= 0, in V's unit
  double saving = 0;         ///< what the provider saves by not serving the preferred plan, >= 0
  PlanThrottling throttling;
  double penalty_floor = 0;  ///< the least P from which on throttling never pays, all else equal
  /// What it costs the provider if users may pin a model: then it must serve the preferred plan.
  double opt_out_price = 0;
  /// Throttling gain left under opt-out if the provider may slow pinned models down; 0 if it may
  /// not.
  double gain_if_pins_are_slowed = 0;
  numeric::Range aligning_penalties;  ///< the P for which the provider chooses the user's plan
};

/// @returns the audit of a game without switching costs. Users who may stay away do so for good
///   where all that is offered is too slow; without an attempt they get 0 and cost P.
/// U_pref = max_k U(k until it ends) or U(k once), as the user responds; over all plans of
/// independent attempts if he is calibrated, over static ones if he is naive (he then takes by
/// belief what is not the best for him). All J are linear in P, and which plans can be the best
/// does not depend on P: penalties are where such lines meet.
/// @param margin  by how much a throttled latency exceeds the smallest that works, >= 0
/// Differences below 4 * 2^-52 of the amounts are 0. Cost: N^3.
PlanAudit plan_audit(const RoutingGame& game, double margin = 0.01);

}  // namespace turnout::game
