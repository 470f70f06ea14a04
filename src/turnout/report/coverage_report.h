#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/verification/verify_answer.h"

/// Whether the intervals of estimates hold what they promise.
namespace turnout::report {

/// docs/schemas/verify.json
nlohmann::ordered_json coverage_json(const verification::CoverageAnswer& answer);
/// Tables in Markdown, one a setting.
std::string coverage_markdown(const verification::CoverageAnswer& answer);

}  // namespace turnout::report
