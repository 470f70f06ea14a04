#include "turnout/analysis/log_answer.h"

#include <utility>

namespace turnout::analysis {

LogCheckAnswer log_check_answer(LogReading reading) {
  const store::ImportCounts& import = reading.import;
  const bool clean = reading.statistics.contradictions == estimation::Contradictions{} &&
                     import.read.refused() == 0 && import.stored.conflicting == 0 &&
                     import.read.cut_off == 0;
  return {std::move(reading), clean};
}

}  // namespace turnout::analysis
