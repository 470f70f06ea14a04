#include "turnout/gateway/toml_json.h"

#include <gtest/gtest.h>

namespace turnout::gateway {
namespace {

/// @param value  of a key in TOML
std::optional<std::string> json(const std::string& value) {
  const toml::table table = toml::parse("x = " + value);
  return json_of(*table.get("x"));
}

TEST(TomlJson, values_keep_what_they_are) {
  EXPECT_EQ(json("2000"), "2000");
  EXPECT_EQ(json("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(json("0.1"), "0.1");
  EXPECT_EQ(json("1e300"), "1e+300");
  EXPECT_EQ(json("true"), "true");
  EXPECT_EQ(json("false"), "false");
  EXPECT_EQ(json("'low'"), "\"low\"");
  EXPECT_EQ(json("[]"), "[]");
  EXPECT_EQ(json("[1, [2.5, 'a'], {}]"), "[1,[2.5,\"a\"],{}]");
  EXPECT_EQ(json("{ type = 'enabled', budget_tokens = 1024 }"),
            "{\"budget_tokens\":1024,\"type\":\"enabled\"}");
}

TEST(TomlJson, strings_and_keys_are_escaped) {
  EXPECT_EQ(json(R"("a\"b\\c\nd\u0001é")"), R"("a\"b\\c\u000ad\u0001é")");
  EXPECT_EQ(json(R"({ "a\"b" = 1 })"), R"({"a\"b":1})");
}

TEST(TomlJson, what_json_has_no_form_of_is_nothing_however_deep) {
  for (const char* value : {"nan", "inf", "-inf", "2026-11-27", "12:00:00", "2026-11-27T12:00:00Z",
                            "[1, nan]", "{ a = [{ b = 2026-11-27 }] }"})
    EXPECT_EQ(json(value), std::nullopt) << value;
}

}  // namespace
}  // namespace turnout::gateway
