#pragma once

#include <string>
#include <string_view>

#include "turnout/base/result.h"

namespace turnout::base {

/// @returns the finite number that `text` spells, correctly rounded; decimal or scientific notation, optional
/// sign, no surrounding space, no digits missing. Refused with the text and the reason: empty, trailing
/// characters, "nan", "inf", hexadecimal, and values beyond the range of a double.
Result<double> parse_number(std::string_view text);

/// @returns `text` made safe for a one-line message: control and non-ASCII bytes as \xNN, cut after 40 bytes with
/// "...".
std::string printable(std::string_view text);

/// @returns printable(text) in single quotes.
std::string in_quotes(std::string_view text);

}  // namespace turnout::base
