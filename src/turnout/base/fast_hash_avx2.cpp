#include "turnout/base/fast_hash_avx2.h"

#define XXH_INLINE_ALL  // as in fast_hash.cpp, for other instructions
#include <xxhash.h>

namespace turnout::base {

std::uint64_t fast_hash_avx2(const char* bytes, std::size_t size, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

}  // namespace turnout::base
