#include "turnout/traffic/json_index.h"

#include <gtest/gtest.h>

#include <string>

#include "turnout/base/rng.h"

namespace turnout::traffic {
namespace {

/// Writes a value again from what an index finds, as simdjson::minify does from its tree.
std::string written(const JsonValue& value) {
  std::string text;
  if (value.is_object()) {
    value.each_field([&](std::string_view key, const JsonValue& field) {
      text += (text.empty() ? "\"" : ",\"") + std::string(key) + "\":" + written(field);
    });
    return "{" + text + "}";
  }
  if (value.is_array()) {
    value.each_element(
        [&](const JsonValue& element) { text += (text.empty() ? "" : ",") + written(element); });
    return "[" + text + "]";
  }
  return std::string(value.json());
}

/// @returns some JSON value.
std::string any_value(base::Rng& rng, int depth) {
  const auto below = [&](double most) { return static_cast<int>(rng.uniform(0, most)); };
  const std::string spaces[] = {"", " ", "\n", "\t ", "  "};
  const auto space = [&] { return spaces[below(5)]; };
  const std::string leaves[] = {"1",     "-0.5e+3",     "true",      "false",      "null",
                                R"("")", R"("a\"b\\")", R"("[{,:")", "\"\u00e9\"", "0"};
  if (depth == 0 || below(3) == 0) return leaves[below(10)];
  const bool object = below(2) == 0;
  std::string text;
  const int size = below(4);
  for (int i = 0; i < size; ++i) {
    if (i > 0) text += space() + "," + space();
    if (object) text += "\"k" + std::to_string(i) + "\"" + space() + ":" + space();
    text += any_value(rng, depth - 1);
  }
  return (object ? "{" : "[") + space() + text + space() + (object ? "}" : "]");
}

TEST(JsonIndex, finds_what_simdjsons_tree_has_and_refuses_what_it_refuses) {
  base::Rng rng(3);
  simdjson::dom::parser tree;
  simdjson::dom::parser buffers;
  int good = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = R"({"a":)" + any_value(rng, 5) + R"(, "b" : )" + any_value(rng, 4) + " }";
    if (i % 2 == 0) {  // a byte lost, changed or put in
      const auto at = static_cast<std::size_t>(rng.uniform(0, static_cast<double>(text.size())));
      const char bytes[] = "{}[],:\"\\ 0e.-tn\x01\xff";
      const char c = bytes[static_cast<std::size_t>(rng.uniform(0, sizeof(bytes) - 1))];
      text.replace(at, static_cast<std::size_t>(rng.uniform(0, 2)), 1, c);
    }
    // Escapes and doubles out of range are looked at by the tree alone.
    const simdjson::padded_string padded(text);
    const auto judged = tree.parse(padded);
    if (judged.error() == simdjson::STRING_ERROR) continue;
    const bool is_object = judged.error() == simdjson::SUCCESS && judged.is_object();
    const auto index = JsonIndex::build(text, buffers);
    ASSERT_EQ(index.has_value(), is_object) << text << "\n"
                                            << simdjson::error_message(judged.error());
    if (!index) continue;
    ++good;
    const auto again = tree.parse(simdjson::padded_string(written(index->root())));
    ASSERT_EQ(again.error(), simdjson::SUCCESS) << text;
    const std::string from_index = simdjson::minify(again.value_unsafe());
    ASSERT_EQ(from_index, std::string(simdjson::minify(tree.parse(padded).value_unsafe()))) << text;
  }
  EXPECT_GT(good, 10'000);
}

TEST(JsonIndex, what_a_huge_text_needed_is_not_kept) {
  simdjson::dom::parser parser;
  ASSERT_TRUE(JsonIndex::build(R"({"a":")" + std::string(9U << 20U, 'x') + "\"}", parser));
  EXPECT_GE(parser.capacity(), 9U << 20U);
  ASSERT_TRUE(JsonIndex::build(R"({"a":"x"})", parser));
  EXPECT_LE(parser.capacity(), 1U << 20U);
}

TEST(JsonIndex, escapes_are_read_as_simdjson_reads_them) {
  for (const char* raw :
       {"", "plain", R"(a\n\t\r\b\f\/\\\")", R"(\u00e9\u20ac)", R"(\ud83d\ude00!)"}) {
    simdjson::dom::parser parser;
    const std::string_view judged =
        parser.parse(simdjson::padded_string("\"" + std::string(raw) + "\""));
    std::string text;
    append_unescaped(raw, text);
    EXPECT_EQ(text, judged) << raw;
  }
  const std::pair<const char*, const char*> broken[] = {{R"(a\)", "a\\"},
                                                        {R"(\q)", "\\q"},
                                                        {R"(\u12)", "\\u12"},
                                                        {R"(\u12g4)", "\\u12g4"},
                                                        {R"(\ud83dx)", "\xef\xbf\xbdx"},
                                                        {R"(\ude00)", "\xef\xbf\xbd"}};
  for (const auto& [raw, expected] : broken) {
    std::string text;
    append_unescaped(raw, text);
    EXPECT_EQ(text, expected) << raw;
  }
}

}  // namespace
}  // namespace turnout::traffic
