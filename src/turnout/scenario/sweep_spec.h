#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/landscape/sweep.h"

namespace turnout::scenario {

struct SweepFile {
  landscape::SweepSpec spec;
  std::vector<std::string> left_out;  ///< what of its scenario is not in the paper's game
};

/// @param text    a sweep's file (TOML 1.0); docs/formats.md, "Sweep"
/// @param source  its name, for messages
/// @param folder  where tables and scenarios that it names are looked for if their paths are
///   relative; empty for the working directory
/// @returns the sweep, or the first error as "source:line: key: what was read, what is allowed"
base::Result<SweepFile> parse_sweep(std::string_view text, const std::string& source,
                                    const std::string& folder = "");

}  // namespace turnout::scenario
