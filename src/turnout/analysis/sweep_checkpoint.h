#pragma once

#include <string>

#include "turnout/landscape/sweep_sums.h"

/// The sums of a sweep as text: kept to go on from, and sent by one process to another.
namespace turnout::analysis {

/// @returns a line of JSON: some ten kilobytes, 200 where quantiles of many groups are asked for.
/// @param fingerprint  of what decides the result, see SweepPlan
std::string checkpoint_text(const landscape::SweepSums& sums, const std::string& fingerprint);

/// @param source  where the text is from, for messages
/// @returns the sums; kMalformedInput for text that is no checkpoint; kInvalidValue for one of
///   another sweep.
base::Result<landscape::SweepSums> read_checkpoint(const std::string& text,
                                                   const std::string& fingerprint,
                                                   const std::string& source);

}  // namespace turnout::analysis
