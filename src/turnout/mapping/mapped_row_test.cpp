#include "turnout/mapping/mapped_row.h"

#include <gtest/gtest.h>

namespace turnout::mapping {
namespace {

constexpr const char* kLeast = "[pass.columns]\nmodel = \"/m\"\nstarted_at = \"/at\"\n";

struct Read {
  std::vector<MappedRow> rows;
  std::vector<traffic::Defect> defects;
  std::vector<MappedFeedback> feedback;
  int passed_over = 0;
};

Read read(const std::string& toml, const std::string& json) {
  const auto map = parse_row_map(toml, "map").value();
  RowMapper mapper(map);
  Read result;
  const auto done =
      mapper.read(json, {[&](MappedRow row, traffic::Defect defect) {
                           result.rows.push_back(std::move(row));
                           result.defects.push_back(defect);
                         },
                         [&](MappedFeedback said) { result.feedback.push_back(std::move(said)); },
                         [&] { ++result.passed_over; }});
  EXPECT_TRUE(done) << done.error().to_string();
  return result;
}

std::string error_of(const std::string& toml) {
  const auto map = parse_row_map(toml, "map.toml");
  return map ? "" : map.error().to_string();
}

TEST(RowMap, errors_name_file_key_and_what_is_allowed) {
  const std::string least = kLeast;
  EXPECT_EQ(error_of(least + "latency_s = \"/t\"\n"), "");
  EXPECT_EQ(error_of(least), "map.toml: pass.columns.latency_s: is missing, and so is ended_at");
  EXPECT_EQ(error_of("[pass.columns]\nmodel = \"/m\"\nlatency_s = \"/t\""),
            "map.toml: pass.columns.started_at: is missing");
  EXPECT_NE(error_of(least + "latency = \"/t\"")
                .find("pass.columns.latency: is not a known key; allowed are id, attempt_id"),
            std::string::npos);
  EXPECT_EQ(error_of(least + "latency_s = \"t\""),
            "map.toml: pass.columns.latency_s: must be a place, \"/key/key\", or a list of them");
  EXPECT_EQ(error_of(least + "latency_s = 3"),
            "map.toml: pass.columns.latency_s: must be a place, \"/key/key\", or a list of them");
  EXPECT_EQ(error_of("x = 1"),
            "map.toml: x: is not a known key; allowed are table, join, rows, pass, feedback");
  EXPECT_EQ(error_of("pass = 1"), "map.toml: pass: must be a table");
  EXPECT_EQ(error_of("[pass]\nwhen = { a = [\"b\"] }\n[pass.columns]\n"),
            "map.toml: pass.when.a: must be a place, \"/key/key\"");
  EXPECT_EQ(error_of(least + "latency_s = \"/t\"\n[feedback]\nof = \"/id\""),
            "map.toml: feedback.value: is missing");
  EXPECT_EQ(error_of("[pass").substr(0, 11), "map.toml:1:");
}

TEST(RowMap, all_maps_of_the_program_can_be_read) {
  EXPECT_EQ(row_map_names(),
            (std::vector<std::string>{"auditor", "langfuse", "litellm", "opentelemetry"}));
  for (const auto& name : row_map_names()) EXPECT_TRUE(read_row_map(name)) << name;
  EXPECT_EQ(
      read_row_map("langsmith").error().to_string(),
      "--map: 'langsmith' must be a FILE.toml or one of auditor, langfuse, litellm, opentelemetry");
}

TEST(MappedRow, the_first_place_with_a_value_counts_and_pointers_escape_slashes) {
  const auto result = read(
      "[pass.columns]\nmodel = [\"/a~1b/0\", \"/m\"]\nstarted_at = \"/at\"\nlatency_s = { value = "
      "2.5 }\nid = "
      "\"/x~0y\"",
      R"({"m":"second","at":"2026-01-01T00:00:00Z","a/b":[null],"x~y":17})");
  ASSERT_EQ(result.rows.size(), 1U);
  EXPECT_EQ(result.rows[0].pass.model, "second");
  EXPECT_EQ(result.rows[0].pass.latency_s, 2.5);
  EXPECT_EQ(result.rows[0].id, "17");
}

TEST(MappedRow, times_are_text_or_numbers_whose_size_tells_the_unit) {
  for (const char* at :
       {"\"2026-03-01T10:00:00.5Z\"", "\"2026-03-01 10:00:00.500\"", "1772359200.5",
        "1772359200500", "1772359200500000", "\"1772359200500000000\""}) {
    const auto result = read(std::string(kLeast) + "ended_at = \"/at\"",
                             R"({"m":"x","at":)" + std::string(at) + "}");
    EXPECT_EQ(result.rows.at(0).pass.started_us, 1'772'359'200'500'000) << at;
    EXPECT_EQ(result.rows[0].pass.latency_s, 0);
  }
  EXPECT_EQ(read(std::string(kLeast) + "ended_at = \"/at\"", R"({"m":"x","at":"soon"})")
                .rows.at(0)
                .pass.started_us,
            -1);
}

TEST(MappedRow, attributes_and_events_are_found_by_key_and_name) {
  const auto result = read(
      "rows = \"/spans/*\"\n[pass]\nwhen = { \"/attributes/op.name\" = [\"chat\"] "
      "}\n[pass.columns]\nmodel = "
      "\"/attributes/gen.model\"\n"
      "started_at = \"/at\"\nended_at = \"/at\"\noutput_tokens = \"/attributes/tokens\"\n"
      "[feedback]\nof = \"/id\"\nvalue = \"/events/judged/attributes/score\"",
      R"({"spans":[{"id":"s","at":1,"attributes":[{"key":"op.name","value":{"stringValue":"chat"}},
                               {"key":"gen.model","value":{"stringValue":"m"}},{"key":"tokens","value":{"intValue":"12"}}],
                               "events":[{"name":"other"},{"name":"judged","attributes":[{"key":"score","value":{"doubleValue":0.2}}]}]},
                               {"id":"t","at":2,"attributes":[]}]})");
  ASSERT_EQ(result.rows.size(), 1U);
  EXPECT_EQ(result.rows[0].pass.model, "m");
  EXPECT_EQ(result.rows[0].pass.output_tokens, 12);
  ASSERT_EQ(result.feedback.size(), 1U);
  EXPECT_EQ(result.feedback[0].outcome, traffic::Outcome::kFailure);
  EXPECT_EQ(result.passed_over, 1);
}

TEST(MappedRow, messages_are_read_as_json_as_text_that_is_json_as_parts_and_as_a_prompt) {
  const std::string map = std::string(kLeast) + "ended_at = \"/at\"\nmessages = \"/in\"";
  const auto prefixes = [&](const std::string& in) {
    return read(map, R"({"m":"x","at":1,"in":)" + in + "}").rows.at(0).request;
  };
  const auto plain = prefixes(R"([{"role":"user","content":"hello there"}])");
  EXPECT_EQ(plain.messages.size(), 1U);
  EXPECT_EQ(plain.user_messages, 1U);
  EXPECT_EQ(plain.last, traffic::LastItem::kUser);
  EXPECT_EQ(plain.text.sketch, traffic::shingles_of("Hello  there\n"));
  EXPECT_EQ(prefixes(R"("[{\"role\":\"user\",\"content\":\"hello there\"}]")").messages,
            plain.messages);
  EXPECT_EQ(prefixes(R"([{"role":"user","parts":[{"type":"text","content":"hello there"}]}])")
                .text.sketch,
            plain.text.sketch);
  EXPECT_EQ(prefixes(R"("hello there")").text.sketch, plain.text.sketch);
  const auto longer = prefixes(
      R"([{"role":"user","content":"hello there"},{"role":"assistant","content":"hi"},{"role":"user","content":"again"}])");
  EXPECT_EQ(longer.messages.size(), 3U);
  EXPECT_EQ(longer.messages[0], plain.messages[0]);
  EXPECT_EQ(longer.text.sketch, traffic::shingles_of("again"));
}

TEST(MappedRow, texts_that_are_json_are_looked_into_and_empty_ones_say_nothing) {
  const std::string map = std::string(kLeast) +
                          "ended_at = \"/at\"\nuser_id = \"/meta/user\"\n"
                          "messages = [\"/request/messages\", \"/in\"]";
  const auto row = read(map, R"({"m":"x","at":"1","meta":"{\"user\": 7}","in":"{}",
      "request":"{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}"})")
                       .rows.at(0);
  EXPECT_EQ(row.pass.user_id, "7");
  EXPECT_EQ(row.request.text.sketch, traffic::shingles_of("hello"));
  for (const char* nothing : {R"("{}")", R"("[]")", R"("")", "{}", "[]", "null", R"(" ")"}) {
    const auto empty =
        read(map, R"({"m":"x","at":1,"in":)" + std::string(nothing) + "}").rows.at(0).request;
    EXPECT_TRUE(empty.messages.empty()) << nothing;
    EXPECT_EQ(empty.last, traffic::LastItem::kUnknown);
  }
}

TEST(MappedRow, what_the_last_message_is_tells_an_agents_step_from_a_users_turn) {
  const std::string map = std::string(kLeast) + "ended_at = \"/at\"\nmessages = \"/in\"";
  const auto last = [&](const std::string& item) {
    return read(map, R"({"m":"x","at":1,"in":[{"role":"user","content":"do it"},)" + item + "]}")
        .rows.at(0)
        .request;
  };
  using traffic::LastItem;
  const std::pair<const char*, LastItem> items[] = {
      {R"({"role":"tool","content":"done"})", LastItem::kToolResult},
      {R"({"type":"function_call_output","output":"done"})", LastItem::kToolResult},
      {R"({"type":"custom_tool_call_output","output":"done"})", LastItem::kToolResult},
      {R"({"role":"user","content":[{"type":"tool_result","content":"done"}]})",
       LastItem::kToolResult},
      {R"({"role":"user","parts":[{"functionResponse":{"name":"f"}}]})", LastItem::kToolResult},
      {R"({"role":"assistant","content":"I will"})", LastItem::kAssistant},
      {R"({"role":"user","content":"<system-reminder>be good</system-reminder> \n"})",
       LastItem::kEmptyUser},
      {R"({"role":"user","content":[{"type":"image","data":"x"}]})", LastItem::kUser},
      {R"({"role":"user","content":[{"type":"tool_result","content":"done"},{"type":"text","text":"go on"}]})",
       LastItem::kUser},
  };
  for (const auto& [item, kind] : items) {
    const auto request = last(item);
    EXPECT_EQ(request.last, kind) << item;
    EXPECT_EQ(request.user_messages, kind == LastItem::kUser ? 2U : 1U) << item;
    EXPECT_EQ(request.last_user, kind == LastItem::kUser ? 2U : 1U) << item;
  }
}

TEST(MappedRow, numbers_are_scaled_and_errors_and_helpers_are_told) {
  const std::string map =
      "[pass]\nno_answer = { \"/status\" = [\"failure\"], \"/code\" = [\"429\"] }\nhelper = { "
      "\"/kind\" = [\"title\"] }\n" +
      std::string(kLeast) + "latency_s = { at = \"/ms\", times = 0.001 }\ninput_tokens = \"/n\"";
  const auto row = read(map, R"({"m":"x","at":1,"ms":"2500","n":"20.0"})").rows.at(0);
  EXPECT_EQ(row.pass.latency_s, 2.5);
  EXPECT_EQ(row.pass.input_tokens, 20);
  EXPECT_TRUE(row.request.answered);
  EXPECT_FALSE(row.request.helper);
  EXPECT_FALSE(read(map, R"({"at":1,"ms":1,"code":429})").rows.at(0).request.answered);
  EXPECT_TRUE(read(map, R"({"at":1,"ms":1,"kind":"title"})").rows.at(0).request.helper);
  EXPECT_EQ(error_of(std::string(kLeast) + "latency_s = { at = \"/ms\", times = 0 }"),
            "map.toml: pass.columns.latency_s: must be {at = \"/key\", times = NUMBER}, the number "
            "over 0 to 1e18");
}

TEST(MappedRow, values_that_are_none_are_the_defect_of_their_column) {
  EXPECT_EQ(read(std::string(kLeast) + "ended_at = \"/at\"\ncost_usd = \"/c\"",
                 R"({"m":"x","at":1,"c":"much"})")
                .defects.at(0),
            traffic::Defect::kCost);
}

TEST(MappedRow, text_that_is_no_object_is_an_error) {
  const auto map = parse_row_map(std::string(kLeast) + "ended_at = \"/at\"", "map").value();
  RowMapper mapper(map);
  for (const char* text : {"", "7", "{", "\"x\"", "{\"a\":}"})
    EXPECT_FALSE(mapper.read(text, {})) << text;
}

TEST(MappedRow, of_a_users_words_the_beginning_is_kept_on_one_line_and_cut_between_characters) {
  const std::string map = std::string(kLeast) + "latency_s = { value = 1 }\nmessages = \"/said\"\n";
  const auto words = [&](const std::string& said) {
    return read(map, R"({"m":"m","at":1,"said":)" + said + "}").rows.at(0).words;
  };
  EXPECT_EQ(words(R"([{"role":"user","content":"first"},{"role":"assistant","content":"a"},)"
                  R"({"role":"user","content":" so\n\tit  is "}])"),
            "so it is");
  EXPECT_EQ(words(R"("plain")"), "plain");
  EXPECT_EQ(words("{}"), "");
  const std::string longest(99, 'x');
  EXPECT_EQ(words('"' + longest + "y\""), longest + "y");
  EXPECT_EQ(words('"' + longest + "\xc3\xa9\""), longest + "...");
  EXPECT_EQ(words('"' + longest + "yz\""), longest + "y...");
}

}  // namespace
}  // namespace turnout::mapping
