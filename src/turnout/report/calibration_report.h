#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/calibrate_answer.h"

/// Difficulty and feedback as fitted to tables of retries, as text and JSON.
namespace turnout::report {

/// docs/schemas/calibrate.json
nlohmann::ordered_json calibration_json(const analysis::CalibrateAnswer& answer);
/// @param models  list every model, not the summary alone
std::string calibration_text(const analysis::CalibrateAnswer& answer, bool models);

}  // namespace turnout::report
