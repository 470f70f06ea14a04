#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/audit_answer.h"

/// Is the provider's optimal routing against its users, does it pay to slow them down, and what
/// would help: for a reader who decides about policy. Text and JSON carry the same numbers.
namespace turnout::report {

/// From which P on throttling never pays, as sentences.
std::string penalty_floor_text(double floor, double churn_penalty);
/// For which P the provider chooses the user's route.
std::string aligning_penalties_text(const numeric::Range& penalties);
nlohmann::ordered_json aligning_penalties_json(const numeric::Range& penalties);

std::string audit_text(const analysis::AuditAnswer& answer);
/// docs/schemas/audit.json, "turnout/audit/1"
nlohmann::ordered_json audit_json(const analysis::AuditAnswer& answer);

}  // namespace turnout::report
