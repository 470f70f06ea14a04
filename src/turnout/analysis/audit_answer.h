#pragma once

#include <string>
#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/game/remedies.h"

namespace turnout::analysis {

struct AuditOptions {
  static constexpr double kMostMargin = 1000;
  /// By how much a throttled latency exceeds the smallest that works, as a share of it, in [0,
  /// 1000].
  double margin = 0.01;
};

/// @returns kInvalidValue naming --margin if it is out of range.
base::Status check(const AuditOptions& options);

/// Whose route it is.
struct Disagreement {
  game::Candidate provider;    ///< the provider's optimum
  game::Candidate user;        ///< what the user would prefer
  double misalignment = 0;     ///< U_pref - U >= 0, in V's unit
  double in_latency = 0;       ///< the same in units of latency
  double provider_saving = 0;  ///< what the provider saves by not serving the user's choice
};

/// Is the provider against its users, does it pay to slow them down, and what would help.
/// docs/theory.md, sections 5 to 7.
struct AuditAnswer {
  PaperScenario paper;
  double margin = 0;  ///< AuditOptions::margin
  game::Regime regime = game::Regime::kValueValue;
  Disagreement disagreement;
  game::Throttling throttling;
  double penalty_floor = 0;  ///< the least P from which on throttling never pays
  game::OptOut opt_out;
  numeric::Range aligning_penalties;     ///< the P for which the provider chooses the user's route
  std::vector<std::string> assumptions;  ///< those of the paper's that the game breaks
};

/// @returns the answer; kInvalidValue for a margin out of range; errors of paper_scenario(). Cost:
///   about 1 us.
base::Result<AuditAnswer> audit_answer(scenario::Scenario scenario, const AuditOptions& options);

}  // namespace turnout::analysis
