#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/regret_answer.h"

/// The plan for a game of which only bounds are known.
namespace turnout::report {

/// docs/schemas/robust.json, "turnout/robust-regret/1"
nlohmann::ordered_json regret_json(const analysis::RegretAnswer& answer);
std::string regret_text(const analysis::RegretAnswer& answer);

}  // namespace turnout::report
