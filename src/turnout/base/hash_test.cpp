#include "turnout/base/hash.h"

#include <gtest/gtest.h>

namespace turnout::base {
namespace {

// The test vectors of draft-eastlake-fnv, appendix C.
TEST(Hash, is_that_of_fnv_s_authors) {
  EXPECT_EQ(hash(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(hash("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(hash("foobar"), 0x85944171f73967e8ULL);
}

TEST(Hash, goes_on_where_it_stopped) { EXPECT_EQ(hash("bar", hash("foo")), hash("foobar")); }

}  // namespace
}  // namespace turnout::base
