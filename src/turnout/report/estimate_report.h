#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/log_reading.h"
#include "turnout/estimation/log_estimate.h"

/// What a log says of the game.
namespace turnout::report {

struct LogReport {
  std::string source;  ///< without a password
  analysis::LogReading reading;
  estimation::LogEstimate estimate;
};

nlohmann::ordered_json estimate_json(const LogReport& report);
std::string estimate_text(const LogReport& report);

/// @returns a scenario file: values with intervals, and in comments what each rests on. Models are
///   in the order of their success, so that escalation goes up. Difficulty is written where
///   independent attempts are rejected; models without costs are written as free, and a comment
///   says so.
/// @param population  whether V is written as a lognormal over the users instead of its median
std::string estimate_scenario(const LogReport& report, bool population);

}  // namespace turnout::report
