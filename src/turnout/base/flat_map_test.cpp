#include "turnout/base/flat_map.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <unordered_map>

#include "turnout/base/rng.h"

namespace turnout::base {
namespace {

/// Keys whose low bits are few, so that many want the same place, and the last ones of the array.
std::uint64_t crowded_key(Rng& rng) {
  const auto number = static_cast<std::uint64_t>(rng.uniform() * 300);
  return number % 3 == 0 ? number << 32U : ~number;
}

void expect_same(FlatMap<int>& map, const std::unordered_map<std::uint64_t, int>& twin, Rng& rng) {
  ASSERT_EQ(map.size(), twin.size());
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t key = crowded_key(rng);
    const auto found = twin.find(key == 0 ? 1 : key);
    const int* value = map.find(key);
    ASSERT_EQ(value != nullptr, found != twin.end()) << key;
    ASSERT_EQ(value == nullptr ? -1 : *value, value == nullptr ? -1 : found->second) << key;
  }
}

TEST(FlatMap, holds_what_an_unordered_map_holds_after_any_changes) {
  FlatMap<int> map;
  std::unordered_map<std::uint64_t, int> twin;
  Rng rng(7);
  EXPECT_EQ(map.find(5), nullptr);
  map.erase(5);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t key = crowded_key(rng);
    const std::uint64_t known = key == 0 ? 1 : key;
    if (rng.uniform() < 0.5) {
      const bool is_new = twin.find(known) == twin.end();
      ASSERT_EQ(map.set(key, i), is_new);
      twin[known] = i;
    } else {
      map.erase(key);
      twin.erase(known);
    }
    if (i % 4'000 == 0) {
      map.erase_if([](std::uint64_t, int value) { return value % 2 == 0; });
      std::erase_if(twin, [](const auto& entry) { return entry.second % 2 == 0; });
    }
    expect_same(map, twin, rng);
  }
}

}  // namespace
}  // namespace turnout::base
