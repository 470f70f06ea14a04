#pragma once

#include <string>

#include "turnout/analysis/log_reading.h"

namespace turnout::analysis {

/// What is wrong with a log. docs/formats.md, "Rows that contradict each other".
struct LogCheckAnswer {
  LogReading reading;
  bool clean = true;  ///< no row was refused, cut off, in conflict or in contradiction to another
};

/// @returns the judgement of a log that was read.
LogCheckAnswer log_check_answer(LogReading reading);

}  // namespace turnout::analysis
