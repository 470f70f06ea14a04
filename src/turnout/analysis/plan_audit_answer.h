#pragma once

#include <string>
#include <vector>

#include "turnout/analysis/audit_answer.h"
#include "turnout/game/plan_audit.h"
#include "turnout/scenario/scenario.h"

namespace turnout::analysis {

/// What AuditAnswer is for two models, for any number of them: with plans in place of policies (i,
/// s).
struct PlanAuditAnswer {
  scenario::Scenario scenario;  ///< that was audited: numbers with intervals at their means
  double margin = 0;            ///< AuditOptions::margin
  game::PlanAudit audit;        ///< utilities with what users get elsewhere in them
  std::vector<std::string> notes;
};

/// @returns the answer; [difficulty] and [switching] are left out, with a note. kInvalidValue for a
///   margin out of range; kUnsupported naming the key for users who differ, or who know less than
///   the plan. Cost: N^3, microseconds.
base::Result<PlanAuditAnswer> plan_audit_answer(scenario::Scenario scenario,
                                                const AuditOptions& options);

}  // namespace turnout::analysis
