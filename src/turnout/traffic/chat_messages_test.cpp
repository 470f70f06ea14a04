#include "turnout/traffic/chat_messages.h"

#include <gtest/gtest.h>

#include <string>

#include "turnout/traffic/envelopes.h"

namespace turnout::traffic {
namespace {

/// What a list of messages says, read from an index and from a tree: but for the hashes the same.
Request read(const std::string& list, std::string* words = nullptr) {
  const std::string body = "{\"m\":[" + list + "]}";
  simdjson::dom::parser parser;
  Request request;
  ChatReader reader(7);
  const auto index = JsonIndex::build(body, parser);
  EXPECT_TRUE(index.has_value()) << body;
  if (!index) return request;
  index->root().each_field(
      [&](std::string_view, const JsonValue& messages) { reader.read(messages, request); });
  if (words != nullptr) *words = reader.last_words();
  Request other;
  ChatReader of_tree(7);
  of_tree.read(parser.parse(simdjson::padded_string(body))["m"].value(), other);
  EXPECT_EQ(request.last, other.last) << list;
  EXPECT_EQ(request.messages.size(), other.messages.size()) << list;
  EXPECT_EQ(request.user_messages, other.user_messages) << list;
  EXPECT_EQ(request.last_user, other.last_user) << list;
  EXPECT_EQ(request.helper, other.helper) << list;
  EXPECT_EQ(request.partial, other.partial) << list;
  EXPECT_EQ(request.text.sketch, other.text.sketch) << list;
  EXPECT_EQ(request.text.bytes, other.text.bytes) << list;
  EXPECT_EQ(reader.foreign_reasoning(), of_tree.foreign_reasoning()) << list;
  EXPECT_EQ(reader.pictures(), of_tree.pictures()) << list;
  return request;
}

std::string user(const std::string& text) { return R"({"role":"user","content":")" + text + "\"}"; }

std::string words_of(const std::string& list) {
  std::string words;
  read(list, &words);
  return words;
}

TEST(ChatReader, the_last_item_is_told_in_every_apis_form) {
  const std::pair<const char*, LastItem> items[] = {
      {R"({"role":"user","content":"hi"})", LastItem::kUser},
      {R"({"role":"user","parts":[{"text":"hi"}]})", LastItem::kUser},
      {R"({"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]})",
       LastItem::kUser},
      {R"({"role":"user","content":[{"type":"image","source":{}}]})", LastItem::kUser},
      {R"({"role":"user","content":" \n "})", LastItem::kEmptyUser},
      {R"({"role":"user","content":[]})", LastItem::kEmptyUser},
      {R"({"role":"user","content":[{"type":"tool_result","content":"1"}]})",
       LastItem::kToolResult},
      {R"({"role":"user","parts":[{"functionResponse":{}}]})", LastItem::kToolResult},
      {R"({"role":"tool","content":"1"})", LastItem::kToolResult},
      {R"({"type":"function_call_output","output":"1"})", LastItem::kToolResult},
      {R"({"type":"computer_call_output","output":{}})", LastItem::kToolResult},
      {R"({"role":"assistant","content":"x"})", LastItem::kAssistant},
      {R"({"type":"function_call","name":"f"})", LastItem::kAssistant},
      {R"({"role":"system","content":"x"})", LastItem::kUnknown},
  };
  for (const auto& [item, last] : items) EXPECT_EQ(read(item).last, last) << item;
}

TEST(ChatReader, hashes_go_on_from_each_other) {
  const auto one = read(user("a"));
  const auto two = read(user("a") + "," + user("b"));
  const auto other = read(user("c") + "," + user("b"));
  EXPECT_EQ(one.messages[0], two.messages[0]);
  EXPECT_NE(two.messages[1], other.messages[1]) << "the same words behind others";
  EXPECT_NE(read(R"({"role":"assistant","content":"a"})").messages, one.messages);
}

TEST(ChatReader, marks_of_caches_and_reasoning_count_in_no_hash) {
  const std::string marked =
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1","cache_control":{"type":"ephemeral"}}]})";
  const std::string bare =
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"}]})";
  EXPECT_EQ(read(marked).messages, read(bare).messages);
  const std::string thought =
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"x"}]})";
  const std::string said = R"({"role":"assistant","content":[{"type":"text","text":"x"}]})";
  EXPECT_EQ(read(thought).messages, read(said).messages);
  EXPECT_EQ(read(R"({"type":"reasoning","encrypted_content":"e"},)" + said).messages,
            read(said).messages);
  EXPECT_NE(read(R"({"role":"user","content":[{"type":"tool_result","content":"2"}]})").messages,
            read(bare).messages);
}

TEST(ChatReader, what_clients_write_is_not_the_users) {
  EXPECT_EQ(words_of(user("<system-reminder>x</system-reminder>go\\non")), "go\non");
  EXPECT_EQ(words_of(user("\\u003csystem-reminder\\u003ex\\u003c/system-reminder\\u003ego")), "go")
      << "as Go writes it";
  EXPECT_EQ(read(user("\\n<system-reminder>x</system-reminder> \\n")).last, LastItem::kEmptyUser);
  EXPECT_EQ(read(user("\\u003cide_selection\\u003ex")).last, LastItem::kEmptyUser);
  EXPECT_EQ(read(user("<b>bold</b>")).last, LastItem::kUser);
  const auto codex = read(user("# AGENTS.md instructions for /x") + "," + user("go"));
  EXPECT_EQ(codex.user_messages, 1U);
  EXPECT_EQ(read(user("[list_files for 'src'] Result:")).last, LastItem::kToolResult);
  EXPECT_EQ(read(user("[note] Result: 5")).last, LastItem::kUser);
  EXPECT_EQ(read(user("[1, 2] Result: 5")).last, LastItem::kUser);
  EXPECT_EQ(words_of(user("[attempt_completion] Result:\\n<feedback>\\nno\\n</feedback>")),
            "\nno\n");
}

TEST(ChatReader, helpers_and_summaries_are_known_by_their_words) {
  EXPECT_TRUE(read(user("### Task:\\nGenerate a concise, 3-5 word title with an emoji")).helper);
  EXPECT_FALSE(read(user("### Task:\\nGenerate a concise report")).helper);
  EXPECT_TRUE(
      read(R"({"role":"system","content":"You are a title generator."},)" + user("x")).helper);
  EXPECT_FALSE(read(user("You are a title generator.") + "," + user("x")).helper)
      << "of the user's messages the last one says";
  EXPECT_TRUE(
      read(user("This session is being continued from a previous conversation") + "," + user("x"))
          .partial);
  EXPECT_FALSE(read(user("x")).partial);
}

TEST(ChatReader, of_a_huge_message_its_ends_are_read) {
  const std::string middle(100'000, 'x');
  const auto huge = read(user("How do I sort " + middle + " dates?"));
  EXPECT_EQ(huge.text.bytes, 100'000U + 21);
  EXPECT_TRUE(huge.text.known());
  const auto other = read(user("How do I sort " + middle + middle + " dates?"));
  EXPECT_EQ(huge.text.sketch, other.text.sketch);
  EXPECT_NE(huge.messages, other.messages);
}

TEST(Envelopes, are_taken_off_in_time_in_proportion) {
  EXPECT_EQ(without_envelopes("a<environment_details>b</environment_details>c"), "ac");
  EXPECT_EQ(without_envelopes("<ide_selection>a</system-reminder>b</ide_selection>c"), "c");
  EXPECT_EQ(without_envelopes("<system-reminderx>a"), "<system-reminderx>a");
  std::string many;  // a second look at each would take minutes
  for (int i = 0; i < 200'000; ++i) many += "<system-reminder></system-reminder>a";
  EXPECT_EQ(without_envelopes(many), std::string(200'000, 'a'));
  EnvelopeSkipper skipper;
  std::string_view first = "a<ide_selection>b";
  EXPECT_EQ(skipper.next(first), "a");
  std::string_view second = "c</ide_selection>d";
  EXPECT_EQ(skipper.next(second), "") << "the first text's envelope goes on";
  EXPECT_EQ(skipper.next(second), "d");
}

}  // namespace
}  // namespace turnout::traffic
