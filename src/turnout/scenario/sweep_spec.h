#pragma once

#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/landscape/sweep.h"

namespace turnout::scenario {

/// @param text    a sweep's file (TOML 1.0); docs/formats.md, "Sweep"
/// @param source  its name, for messages
/// @param folder  where tables that it names are looked for if their paths are relative; empty for the working
/// directory
/// @returns the sweep, or the first error as "source:line: key: what was read, what is allowed"
base::Result<landscape::SweepSpec> parse_sweep(std::string_view text, const std::string& source,
                                               const std::string& folder = "");

}  // namespace turnout::scenario
