#include "turnout/store/schema_version.h"

#include <gtest/gtest.h>

namespace turnout::store {
namespace {

TEST(SchemaVersion, an_older_store_is_not_read_and_the_message_says_what_upgrades_it) {
  const auto read = check_version(1, 2, Access::kRead, "sqlite:a.db");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, base::ErrorCode::kUnsupported);
  EXPECT_EQ(read.error().to_string(),
            "sqlite:a.db: has schema version 1, this program reads 2; turnout log create STORE "
            "brings it up to date");
  EXPECT_TRUE(check_version(1, 2, Access::kWrite, "a"));
  EXPECT_TRUE(check_version(1, 2, Access::kCreate, "a"));
}

TEST(SchemaVersion, only_creating_makes_tables_and_a_later_version_is_refused_always) {
  for (const auto access : {Access::kRead, Access::kWrite, Access::kCreate}) {
    EXPECT_EQ(check_version(0, 2, access, "a").has_value(), access == Access::kCreate);
    EXPECT_TRUE(check_version(2, 2, access, "a"));
    EXPECT_FALSE(check_version(3, 2, access, "a"));
    EXPECT_FALSE(check_version(-1, 2, access, "a"));
  }
}

}  // namespace
}  // namespace turnout::store
