#include "turnout/base/fast_hash.h"

#define XXH_INLINE_ALL  // headers only: nothing is linked
#include <xxhash.h>

namespace turnout::base {

std::uint64_t fast_hash(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace turnout::base
