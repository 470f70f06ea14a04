#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "turnout/estimation/speed_change.h"
#include "turnout/report/estimate_report.h"

/// Is my provider slowing me down, and would it pay? From a log.
namespace turnout::report {

struct LogAudit {
  LogReport log;
  double alpha = 0.05;
  std::vector<estimation::SpeedSeries> speed;
};

nlohmann::ordered_json log_audit_json(const LogAudit& audit);
std::string log_audit_text(const LogAudit& audit);

}  // namespace turnout::report
