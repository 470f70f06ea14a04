#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace turnout::base {

/// @returns how many characters must be put in, taken out, changed, or swapped with their neighbour
///   to turn one word into the other, no part of it twice ("optimal string alignment": Damerau 1964,
///   Levenshtein 1966). Bytes, not characters, are counted. O(size * size).
std::size_t edits_between(std::string_view one, std::string_view other);

/// What a reader who typed `word` may have meant.
/// @returns the name with the fewest edits, the first of several, if they are at most a third of the
///   longer word's length (at least one), or if exactly one name starts with the word; nothing if
///   none is so near, or if `word` is itself one of the names.
std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> names);

/// @returns "; did you mean 'NAME'?" for the end of a message; "" if no name is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);

}  // namespace turnout::base
