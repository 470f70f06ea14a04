#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/response_answer.h"

/// The user's best response and both payoffs as functions of the policy.
namespace turnout::report {

std::string response_text(const analysis::ResponseAnswer& answer);
/// The curve alone, a row for each policy.
std::string response_csv(const analysis::ResponseAnswer& answer);
/// docs/schemas/response.json
nlohmann::ordered_json response_json(const analysis::ResponseAnswer& answer);

}  // namespace turnout::report
