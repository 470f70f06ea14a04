#include "turnout/analysis/plan_audit_answer.h"

#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::analysis {

base::Result<PlanAuditAnswer> plan_audit_answer(scenario::Scenario scenario,
                                                const AuditOptions& options) {
  TURNOUT_CHECK(check(options));
  TURNOUT_CHECK(scenario::check_for_one_patience(scenario, "audit"));
  TURNOUT_TRY(auto notes, take_means(scenario));
  TURNOUT_TRY(const auto left_out, scenario::leave_out_what_the_paper_lacks(scenario));
  for (const auto& table : left_out)
    notes.push_back(table + " is left out: the audit knows independent attempts; see turnout plan");
  TURNOUT_CHECK(scenario::check_for_plans(scenario, "audit"));
  if (scenario.game.participates()) {
    return base::Error{base::ErrorCode::kUnsupported,
                       "audit is for users who come anyway; see turnout plan",
                       scenario.source + ": user.participates"};
  }
  game::PlanAudit audit = game::plan_audit(scenario.game, options.margin);
  const double outside = scenario.game.user().outside;
  add_outside(audit.optimum.payoffs, outside);
  add_outside(audit.preferred.payoffs, outside);
  return PlanAuditAnswer{std::move(scenario), options.margin, std::move(audit), std::move(notes)};
}

}  // namespace turnout::analysis
