#pragma once

#include <string>
#include <string_view>

namespace turnout::traffic {

/// @returns a text in lower case (ASCII), white space and opening Spanish marks as one space, none at
///   the ends.
std::string plain_text(std::string_view text);

/// @returns whether a byte of a plain text is of a word: a letter, a digit or part of a character
///   beyond ASCII.
constexpr bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace turnout::traffic
