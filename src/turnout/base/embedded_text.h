#pragma once

#include <cassert>
#include <span>
#include <string_view>

namespace turnout::base {

/// A text file of the source tree that is part of the program: SQL, maps. cmake/embed_texts.cmake
/// makes the lists.
struct EmbeddedText {
  std::string_view name;  ///< path below the folder, "sql/postgres/totals.sql"
  std::string_view text;
};

/// @returns the text of a name that is there, empty for another one. O(number of texts).
inline std::string_view find_text(std::span<const EmbeddedText> texts, std::string_view name) {
  for (const auto& candidate : texts) {
    if (candidate.name == name) return candidate.text;
  }
  return {};
}

}  // namespace turnout::base
