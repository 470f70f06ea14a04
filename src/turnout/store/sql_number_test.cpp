#include "turnout/store/sql_number.h"

#include <gtest/gtest.h>

namespace turnout::store {
namespace {

TEST(SqlNumber, reads_what_databases_write) {
  EXPECT_EQ(sql_integer("-9223372036854775808", "count").value(), INT64_MIN);
}

TEST(SqlNumber, text_that_is_no_number_is_an_error_that_names_the_column_and_what_was_read) {
  for (const char* text : {"", "x", "1x", "1.5", " 1", "9223372036854775808", "1\n"}) {
    const auto read = sql_integer(text, "count(*)");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::ErrorCode::kUnreadable);
    EXPECT_EQ(read.error().context, "count(*)");
  }
  EXPECT_EQ(sql_integer("many", "count(*)").error().to_string(),
            "count(*): 'many' is no whole number of 64 bits");
}

}  // namespace
}  // namespace turnout::store
