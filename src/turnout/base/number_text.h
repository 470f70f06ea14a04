#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "turnout/base/result.h"

namespace turnout::base {

/// @returns the finite number that `text` spells, correctly rounded; decimal or scientific
///   notation, optional sign, no surrounding space, no digits missing. Refused with the text and
///   the reason: empty, trailing characters, "nan", "inf", hexadecimal, and values beyond the range
///   of a double.
Result<double> parse_number(std::string_view text);

/// Reads the number that a text starts with, as parse_number() does but without its checks and
/// messages.
/// @returns where it ends, or nullptr if there is none; `value` may then be anything, and may be
///   infinite or NaN if the text says so.
const char* read_number(const char* begin, const char* end, double& value);

/// Writes a finite number with as few digits as read back to the same bits, in the notation of
/// fmt::format("{}", value), at less than half its cost: for output of millions of numbers.
/// @param out  room for kNumberRoom characters; those behind the returned end may be overwritten
///   too
/// @returns the end of what was written.
char* write_number(char* out, double value);
inline constexpr std::size_t kNumberRoom = 48;

/// @returns `text` made safe for a one-line message: control and non-ASCII bytes as \xNN, cut after
///   40 bytes with "...".
std::string printable(std::string_view text);

/// @returns printable(text) in single quotes.
std::string in_quotes(std::string_view text);

}  // namespace turnout::base
