#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/log_prune.h"

/// What pruning a store deletes, or would.
namespace turnout::report {

/// docs/schemas/log-prune.json
nlohmann::ordered_json log_prune_json(const analysis::LogPrune& prune);
/// A line.
std::string log_prune_text(const analysis::LogPrune& prune);
/// The question that goes before the deletion, to be answered with y or n.
std::string log_prune_question(const analysis::LogPrune& prune);

}  // namespace turnout::report
