#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/verification/verify_answer.h"

/// False alarms and power of the search for a change of speed.
namespace turnout::report {

/// docs/schemas/verify.json
nlohmann::ordered_json slowdown_json(const verification::SlowdownAnswer& answer);
/// Tables in Markdown: clean logs, drifts, slow-downs.
std::string slowdown_markdown(const verification::SlowdownAnswer& answer);

}  // namespace turnout::report
