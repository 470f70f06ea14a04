#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/advise_answer.h"

namespace turnout::report {

/// @returns the answer as text for a screen.
std::string advise_text(const analysis::AdviseAnswer& answer);

/// @returns the answer as JSON, schema turnout/advise/1.
nlohmann::ordered_json advise_json(const analysis::AdviseAnswer& answer);

}  // namespace turnout::report
