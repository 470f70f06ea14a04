#include "turnout/base/csv.h"

#include <gtest/gtest.h>

#include <array>

namespace turnout::base {
namespace {

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  if (!split_csv(line, fields)) return {"error"};
  std::vector<std::string> texts;
  for (const auto field : fields) texts.push_back(csv_text(field));
  return texts;
}

TEST(SplitCsv, splits_plain_empty_and_quoted_fields) {
  EXPECT_EQ(fields_of("a,b,c"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(fields_of(""), (std::vector<std::string>{""}));
  EXPECT_EQ(fields_of("a,,"), (std::vector<std::string>{"a", "", ""}));
  EXPECT_EQ(fields_of(R"("a,b","say ""x""",c)"),
            (std::vector<std::string>{"a,b", "say \"x\"", "c"}));
}

TEST(SplitCsv, refuses_an_open_quote_and_text_behind_one) {
  EXPECT_EQ(fields_of("\"a,b"), (std::vector<std::string>{"error"}));
  EXPECT_EQ(fields_of("\"a\"b,c"), (std::vector<std::string>{"error"}));
}

TEST(CsvField, survives_a_round_trip) {
  for (const std::string text : {"plain", "with,comma", "with \"quote\"", ""}) {
    EXPECT_EQ(fields_of(csv_field(text)), (std::vector<std::string>{text}));
  }
}

TEST(FindColumns, finds_columns_in_any_order_and_lists_the_others) {
  const std::array<std::string_view, 2> wanted = {"a", "b"};
  const auto columns = find_columns("x,b,a", wanted);
  ASSERT_TRUE(columns);
  EXPECT_EQ(columns->required, (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(columns->unexpected, (std::vector<std::string>{"x"}));
  EXPECT_EQ(columns->count, 3U);
}

TEST(FindColumns, names_the_missing_and_the_repeated_column) {
  const std::array<std::string_view, 2> wanted = {"a", "b"};
  EXPECT_NE(find_columns("a,c", wanted).error().message.find("no column 'b'"), std::string::npos);
  EXPECT_NE(find_columns("a,b,a", wanted).error().message.find("'a' twice"), std::string::npos);
}

}  // namespace
}  // namespace turnout::base
