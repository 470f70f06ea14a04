#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/log_audit_answer.h"

/// Is my provider slowing me down, and would it pay? From a log.
namespace turnout::report {

/// docs/schemas/audit.json, "turnout/audit-log/1"
nlohmann::ordered_json log_audit_json(const analysis::LogAuditAnswer& answer);
std::string log_audit_text(const analysis::LogAuditAnswer& answer);

}  // namespace turnout::report
