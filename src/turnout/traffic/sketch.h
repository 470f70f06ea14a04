#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace turnout::traffic {

/// Of a text's hashes so many are kept: the smallest ones.
inline constexpr std::size_t kShingles = 64;

/// @param plain  plain_text()
/// @returns the kShingles smallest different hashes of its runs of four bytes, in order; of a
///   shorter text that of the whole.
std::vector<std::uint32_t> sketch_of_runs(std::string_view plain);

/// @returns the same of its words; where a script has no spaces, of pairs of characters.
std::vector<std::uint32_t> sketch_of_words(std::string_view plain);

}  // namespace turnout::traffic
