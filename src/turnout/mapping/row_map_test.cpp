#include "turnout/mapping/row_map.h"

#include <gtest/gtest.h>

namespace turnout::mapping {
namespace {

TEST(RowMap, columns_read_are_the_first_steps_of_all_places_and_of_nothing_else) {
  const auto map = parse_row_map(R"(
[pass]
when = { "/kind" = ["call"] }
no_answer = { "/status/code" = ["failed"] }
helper = { "/meta/a~1b" = ["title"] }
[pass.columns]
model = ["/deployment", "/model", { value = "mini" }]
started_at = { at = "/begin", times = 0.001 }
latency_s = "/timing/total"
[feedback]
when = { "/event" = ["vote"] }
of = "/parent"
value = "/score/value"
)",
                                 "test");
  ASSERT_TRUE(map) << map.error().to_string();
  EXPECT_EQ(columns_read(*map),
            (std::set<std::string>{"kind", "status", "meta", "deployment", "model", "begin",
                                   "timing", "event", "parent", "score"}));
}

TEST(RowMap, a_map_of_rows_within_documents_reads_all_columns) {
  const auto map = parse_row_map(R"(
rows = "/spans/*"
[pass.columns]
model = "/model"
started_at = "/begin"
latency_s = "/total"
)",
                                 "test");
  ASSERT_TRUE(map) << map.error().to_string();
  EXPECT_TRUE(columns_read(*map).empty());
}

}  // namespace
}  // namespace turnout::mapping
