#include "turnout/base/fast_hash.h"

#include "turnout/base/fast_hash_avx2.h"

#define XXH_INLINE_ALL  // headers only: nothing is linked
#include <xxhash.h>

namespace turnout::base {

std::uint64_t fast_hash(std::string_view bytes, std::uint64_t seed) {
#if defined(__x86_64__)
  constexpr std::size_t kShort = 240;  // up to here XXH3 has no use for wide registers
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (bytes.size() > kShort && wide) return fast_hash_avx2(bytes.data(), bytes.size(), seed);
#endif
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace turnout::base
