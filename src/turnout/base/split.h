#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace turnout::base {

/// @returns the parts of `text` between separators, empty ones too: always one more than there are
///   separators.
inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace turnout::base
