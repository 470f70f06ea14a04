#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/estimation/difficulty_fit.h"

/// Difficulty and feedback as fitted to tables of retries, as text and JSON.
namespace turnout::report {

using Calibrations =
    std::map<std::string, estimation::DifficultyFit>;  ///< by group, "" if there is one only

nlohmann::ordered_json calibration_json(const Calibrations& calibrations);
/// @param models  list every model, not the summary alone
std::string calibration_text(const Calibrations& calibrations, bool models);

}  // namespace turnout::report
