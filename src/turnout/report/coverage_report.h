#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "turnout/verification/coverage.h"

/// Whether the intervals of estimates hold what they promise.
namespace turnout::report {

nlohmann::ordered_json coverage_json(const std::vector<verification::CoverageSetting>& settings);
/// Tables in Markdown, one a setting.
std::string coverage_markdown(const std::vector<verification::CoverageSetting>& settings);

}  // namespace turnout::report
