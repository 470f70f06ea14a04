#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/transparency_answer.h"

/// What a published policy is worth to each side: the equilibria without commitment beside the one
/// with it.
namespace turnout::report {

/// docs/schemas/transparency.json
nlohmann::ordered_json transparency_json(const analysis::TransparencyAnswer& answer);
std::string transparency_text(const analysis::TransparencyAnswer& answer);

}  // namespace turnout::report
