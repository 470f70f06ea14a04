#include "turnout/traffic/seen_passes.h"

#include <gtest/gtest.h>

namespace turnout::traffic {
namespace {

TEST(SeenPasses, a_key_has_the_latest_pass_whoever_numbered_it) {
  constexpr std::uint64_t kOwn = std::uint64_t{7} << 32U;
  constexpr std::uint64_t kOther = std::uint64_t{8} << 32U;
  SeenPasses seen(kOwn);
  EXPECT_FALSE(seen.find(5));
  bool is_new = true;
  for (const std::uint64_t task : {kOwn, kOther, kOther + 1, kOwn + 2}) {
    for (const std::uint64_t pass : {kOwn + 3, kOther + 4}) {
      EXPECT_EQ(seen.set(5, {task, pass}), is_new);
      is_new = false;
      ASSERT_TRUE(seen.find(5));
      EXPECT_EQ(seen.find(5)->task, task);
      EXPECT_EQ(seen.find(5)->pass, pass);
    }
  }
  seen.erase(5);
  EXPECT_FALSE(seen.find(5)) << "neither the own one nor the other";
}

}  // namespace
}  // namespace turnout::traffic
