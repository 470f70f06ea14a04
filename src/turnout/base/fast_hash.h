#pragma once

#include <cstdint>
#include <string_view>

namespace turnout::base {

/// @returns a 64-bit hash of some bytes (XXH3, Collet 2019): at the speed of memory, some 20 times
///   base::hash(). Not for storage: another release may have another one.
/// @param seed  hashes of two seeds do not agree, and whoever does not know the seed cannot choose
///   texts that do; the hash of the bytes before these makes it the hash of both
std::uint64_t fast_hash(std::string_view bytes, std::uint64_t seed);

}  // namespace turnout::base
