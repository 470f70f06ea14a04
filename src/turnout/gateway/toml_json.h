#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>

namespace turnout::gateway {

/// @returns a TOML value as JSON on one line (RFC 8259), numbers to the bit; nothing for what JSON
///   has no form of: dates, times, NaN and infinities, also within lists and tables. The keys of a
///   table are in the order of their bytes.
std::optional<std::string> json_of(const toml::node& node);

}  // namespace turnout::gateway
