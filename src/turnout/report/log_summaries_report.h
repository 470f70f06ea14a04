#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/log_summaries.h"

/// What was made of a store's closed days.
namespace turnout::report {

/// docs/schemas/log-summarise.json
nlohmann::ordered_json log_summaries_json(const analysis::LogSummaries& summaries);
/// A line.
std::string log_summaries_text(const analysis::LogSummaries& summaries);

}  // namespace turnout::report
