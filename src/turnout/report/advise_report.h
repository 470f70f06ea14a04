#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/advise_answer.h"

/// Advice from a log, as text, JSON, a policy file and a page to print, with the same numbers in all.
namespace turnout::report {

std::string advise_text(const analysis::AdviseAnswer& answer);
/// docs/schemas/advise.json, "turnout/advise/1"
nlohmann::ordered_json advise_json(const analysis::AdviseAnswer& answer);
/// @returns the policy to deploy as TOML, with what it comes to as comments. Needs advice that is not
///   declined.
std::string advise_toml(const analysis::AdviseAnswer& answer);

}  // namespace turnout::report
