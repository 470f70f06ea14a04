#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/sweep_answer.h"

/// What a sweep found, as text and as JSON.
namespace turnout::report {

std::string sweep_text(const analysis::SweepAnswer& answer);
/// docs/schemas/sweep.json
nlohmann::ordered_json sweep_json(const analysis::SweepAnswer& answer);

}  // namespace turnout::report
