#include "turnout/gateway/owned_ids.h"

#include <gtest/gtest.h>

#include <set>

namespace turnout::gateway {
namespace {

TEST(OwnedIds, are_told_from_other_owners_and_from_changed_ones) {
  OwnedIds ids;
  std::set<std::string> seen;
  std::string last;
  for (int i = 0; i < 2000; ++i) {
    const std::string id = ids.next("t", 7, i * std::int64_t{500'000});
    ASSERT_EQ(id.size(), 34U);
    ASSERT_TRUE(seen.insert(id).second) << "twice: " << id;
    EXPECT_LE(last.substr(0, 9), id.substr(0, 9)) << "in the order of time";
    last = id;
    ASSERT_TRUE(is_id_of(id, 7));
    std::string changed = id;
    changed[5] = changed[5] == 'a' ? 'b' : 'a';
    // 4,000 trials of one in 2^25 each.
    EXPECT_FALSE(is_id_of(changed, 7));
    EXPECT_FALSE(is_id_of(id, 8));
  }
  for (const char* text : {"", "-", "t-", "t-short", "t"}) EXPECT_FALSE(is_id_of(text, 7)) << text;
}

}  // namespace
}  // namespace turnout::gateway
