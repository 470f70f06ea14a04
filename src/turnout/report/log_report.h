#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/import_answer.h"
#include "turnout/analysis/log_answer.h"

/// What is in a log, and what is wrong with it.
namespace turnout::report {

/// What reading and storing met: rows, refused rows by reason, repeated and conflicting ones.
nlohmann::ordered_json import_json(const store::ImportCounts& counts);
std::string import_text(const store::ImportCounts& counts);

/// The rows that contradict each other, by rule. docs/formats.md, "Rows that contradict each
/// other".
nlohmann::ordered_json contradictions_json(const estimation::Contradictions& found);
std::string contradictions_text(const estimation::Contradictions& found);

/// docs/schemas/import.json
nlohmann::ordered_json import_answer_json(const analysis::ImportAnswer& answer);

/// docs/schemas/log-check.json
nlohmann::ordered_json log_check_json(const analysis::LogCheckAnswer& answer);
std::string log_check_text(const analysis::LogCheckAnswer& answer);

/// docs/schemas/log-stats.json
nlohmann::ordered_json log_stats_json(const analysis::LogReading& reading);

/// Passes, tasks and times, and how the passes of each model ended.
nlohmann::ordered_json statistics_json(const estimation::LogStatistics& statistics);
std::string statistics_text(const estimation::LogStatistics& statistics);

}  // namespace turnout::report
