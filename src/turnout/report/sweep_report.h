#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/landscape/sweep.h"

/// What a sweep found, as text and as JSON; and its sums, to go on from.
namespace turnout::report {

std::string sweep_text(const landscape::SweepSpec& spec, const landscape::SweepSums& sums);
nlohmann::ordered_json sweep_json(const landscape::SweepSpec& spec,
                                  const landscape::SweepSums& sums);

/// @returns a line of JSON: some ten kilobytes, 200 where quantiles of many groups are asked for.
/// @param fingerprint  of what decides the result: the sweep's file and the tables that it names
std::string checkpoint_text(const landscape::SweepSums& sums, const std::string& fingerprint);
/// @returns kMalformedInput for text that is no checkpoint; kInvalidValue for one of another sweep.
base::Result<landscape::SweepSums> read_checkpoint(const std::string& text,
                                                   const std::string& fingerprint,
                                                   const std::string& source);

}  // namespace turnout::report
