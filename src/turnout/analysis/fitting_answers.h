#pragma once

#include <variant>

#include "turnout/analysis/audit_answer.h"
#include "turnout/analysis/explain_answer.h"
#include "turnout/analysis/participation_answer.h"
#include "turnout/analysis/plan_answer.h"
#include "turnout/analysis/plan_audit_answer.h"
#include "turnout/analysis/policy_explain_answer.h"
#include "turnout/analysis/population_answer.h"
#include "turnout/analysis/solve_answer.h"

/// What solve, explain and audit answer depends on the scenario: of two models whose users come anyway
/// it is the paper's, else that of its extension. Whoever asks gets the one that fits.
namespace turnout::analysis {

/// Two models; users who may stay away; users who differ, and they by a plan where one policy (i, s)
/// is not for them.
using FittingSolveAnswer =
    std::variant<SolveAnswer, ParticipationAnswer, PopulationAnswer, PlanAnswer>;
using FittingExplainAnswer = std::variant<ExplainAnswer, PolicyExplainAnswer>;
using FittingAuditAnswer = std::variant<AuditAnswer, PlanAuditAnswer>;

/// @returns the answer; errors of the function that computes it; kMalformedInput for a margin where
///   the answer is a plan.
/// @param watch  of a plan: told of partial plans looked at
base::Result<FittingSolveAnswer> fitting_solve_answer(scenario::Scenario scenario,
                                                      const RoundingOptions& options = {},
                                                      const base::Watch& watch = {});
base::Result<FittingExplainAnswer> fitting_explain_answer(scenario::Scenario scenario);
base::Result<FittingAuditAnswer> fitting_audit_answer(scenario::Scenario scenario,
                                                      const AuditOptions& options = {});

}  // namespace turnout::analysis
