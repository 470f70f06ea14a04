#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/estimation/held_out.h"
#include "turnout/estimation/pair_feedback.h"

/// Feedback by model or by pair of models, and whether it carries over, as text and JSON.
namespace turnout::report {

/// docs/schemas/calibrate.json, "by_pair"
nlohmann::ordered_json pair_feedback_json(const estimation::PairFeedback& feedback);
/// @param all  list every pair, not the summary alone
std::string pair_feedback_text(const estimation::PairFeedback& feedback, bool all);

/// @returns in words whether a fit, and its feedback by pair, forecast another table better than
///   what needs no fit or less of one
/// @param check  of forecast_other()
std::string carry_over_text(const estimation::Forecasts& check);

}  // namespace turnout::report
