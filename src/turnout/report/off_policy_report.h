#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "turnout/estimation/off_policy.h"

/// What another policy would have come to.
namespace turnout::report {

/// @param penalty  P, for J = service cost + P (1 - success); without it J is not given
nlohmann::ordered_json off_policy_json(const std::string& policy,
                                       const estimation::OffPolicyAnswer& answer,
                                       std::optional<double> penalty);
std::string off_policy_text(const std::string& policy, const estimation::OffPolicyAnswer& answer,
                            std::optional<double> penalty);

}  // namespace turnout::report
