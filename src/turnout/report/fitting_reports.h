#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "turnout/analysis/fitting_answers.h"

/// The text, the JSON and the notes of whichever answer fits a scenario.
namespace turnout::report {

std::string fitting_text(const analysis::FittingSolveAnswer& answer);
std::string fitting_text(const analysis::FittingExplainAnswer& answer);
std::string fitting_text(const analysis::FittingAuditAnswer& answer);

nlohmann::ordered_json fitting_json(const analysis::FittingSolveAnswer& answer);
nlohmann::ordered_json fitting_json(const analysis::FittingExplainAnswer& answer);
nlohmann::ordered_json fitting_json(const analysis::FittingAuditAnswer& answer);

/// @returns what was simplified, a sentence each.
const std::vector<std::string>& notes_of(const analysis::FittingSolveAnswer& answer);
const std::vector<std::string>& notes_of(const analysis::FittingExplainAnswer& answer);
const std::vector<std::string>& notes_of(const analysis::FittingAuditAnswer& answer);

}  // namespace turnout::report
