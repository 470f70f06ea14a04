#include "turnout/base/fast_hash.h"

#include <gtest/gtest.h>

#include <string>

#define XXH_INLINE_ALL  // for the instructions that this file is compiled for
#include <xxhash.h>

namespace turnout::base {
namespace {

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 13);
  return bytes;
}

TEST(FastHash, is_xxh3_of_nothing) { EXPECT_EQ(fast_hash("", 0), 0x2d06800538d394c2ULL); }

TEST(FastHash, is_the_same_whatever_instructions_compute_it) {
  const std::string bytes = some_bytes(5000);
  for (std::size_t size = 0; size <= bytes.size(); size += size < 1200 ? 1 : 97) {
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{0x9e3779b97f4a7c15}})
      ASSERT_EQ(fast_hash({bytes.data(), size}, seed),
                XXH3_64bits_withSeed(bytes.data(), size, seed))
          << size << " bytes";
  }
}

}  // namespace
}  // namespace turnout::base
