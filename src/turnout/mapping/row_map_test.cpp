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

TEST(RowMap, what_says_how_a_pass_went_is_read_of_the_same_table_or_of_its_own) {
  const std::string start = R"(
table = "calls"
join = { table = "users", on = { call = "id" } }
[pass]
when = { "/kind" = ["call"] }
[pass.columns]
model = "/model"
started_at = ["/meta/begin", "/begin", { at = "/ms", times = 0.001 }]
latency_s = "/total"
[feedback]
of = "/parent"
value = "/score"
)";
  const auto one = parse_row_map(start, "test");
  ASSERT_TRUE(one) << one.error().to_string();
  EXPECT_EQ(one->join->on, (std::map<std::string, std::string>{{"call", "id"}}));
  const auto rows = wanted_passes(*one, {});
  EXPECT_TRUE(rows.columns.contains("score"));
  EXPECT_TRUE(rows.when.empty());
  EXPECT_EQ(rows.times.columns, std::vector<std::string>{"begin"});
  const auto two = parse_row_map(start + "table = \"votes\"\n", "test");
  ASSERT_TRUE(two) << two.error().to_string();
  const auto passes = wanted_passes(*two, {});
  EXPECT_FALSE(passes.columns.contains("score"));
  EXPECT_EQ(passes.when.size(), 1U);
  EXPECT_EQ(wanted_feedback(*two->feedback).columns, (std::set<std::string>{"parent", "score"}));
}

TEST(RowMap, a_join_needs_two_tables_and_the_columns_that_agree) {
  for (const char* start : {"join = { table = \"users\", on = { call = \"id\" } }",
                            "table = \"calls\"\njoin = { table = \"users\" }",
                            "table = \"calls\"\njoin = { on = { call = \"id\" } }",
                            "table = \"calls\"\njoin = { table = \"users\", on = { call = 1 } }"}) {
    const auto map = parse_row_map(std::string(start) +
                                       "\n[pass.columns]\nmodel = \"/m\"\nstarted_at = "
                                       "\"/b\"\nlatency_s = \"/t\"",
                                   "test");
    ASSERT_FALSE(map) << start;
    EXPECT_EQ(map.error().context.find("test: join."), 0U) << map.error().to_string();
  }
}

}  // namespace
}  // namespace turnout::mapping
