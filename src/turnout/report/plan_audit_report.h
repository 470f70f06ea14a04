#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/plan_audit_answer.h"

/// audit_report.h for any number of models.
namespace turnout::report {

std::string plan_audit_text(const analysis::PlanAuditAnswer& answer);
/// docs/schemas/audit-plans.json, "turnout/audit-plans/1"
nlohmann::ordered_json plan_audit_json(const analysis::PlanAuditAnswer& answer);

}  // namespace turnout::report
