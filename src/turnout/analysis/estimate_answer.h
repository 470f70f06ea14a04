#pragma once

#include <string>
#include <vector>

#include "turnout/analysis/log_reading.h"
#include "turnout/base/cancellation.h"
#include "turnout/estimation/log_estimate.h"
#include "turnout/scenario/scenario_writer.h"

namespace turnout::analysis {

/// The game that a traffic log tells: values, intervals, bounds. docs/theory.md, section 19.
struct EstimateAnswer {
  std::string source;  ///< without a password
  LogReading reading;
  estimation::LogEstimate estimate;
};

/// @param source  the log's name; its password is left out
/// @returns the answer; errors of estimation::estimate(), kCancelled.
base::Result<EstimateAnswer> estimate_answer(const std::string& source, LogReading reading,
                                             const estimation::EstimateOptions& options,
                                             const base::Cancellation& cancellation = {});

/// @returns the models of an estimate in the order of their success, so that escalation goes up.
std::vector<const estimation::ModelEstimate*> by_success(const estimation::LogEstimate& estimate);

/// What a log tells as a scenario: for the verbs that solve one, and in comments what each number
/// rests on.
struct EstimatedScenario {
  scenario::Scenario scenario;
  scenario::ScenarioComments comments;
};

/// @param population  whether V is a lognormal over the users instead of its median
/// @returns the scenario, models in the order of by_success(), amounts to ten digits and within what
///   a scenario allows. Difficulty is in it where independent attempts are rejected; models without
///   costs are free, and a comment says so. An error of the scenario's reader for more models than
///   it takes.
base::Result<EstimatedScenario> estimated_scenario(const EstimateAnswer& answer, bool population);

/// @returns "identified", "bounded" or "assumed".
const char* name_of(estimation::Basis basis);

/// @returns "0.75 [0.7, 0.8]": a figure in words, the range alone where that is all that is known.
std::string in_words(const estimation::Figure& figure);

/// @returns a test of an assumption and what came of it, in words.
std::string in_words(const estimation::AssumptionTest& test);

}  // namespace turnout::analysis
