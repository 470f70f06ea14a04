#include "turnout/gateway/foreign_reasoning.h"

#include <gtest/gtest.h>

#include <string>

namespace turnout::gateway {
namespace {

std::string without(Shape shape, const std::string& body) {
  simdjson::dom::parser parser;
  const auto edits = without_foreign_reasoning(shape, body, parser);
  EXPECT_TRUE(edits.has_value()) << body;
  if (!edits) return "";
  const std::string rest = edited(body, *edits);
  const simdjson::padded_string padded(rest);
  EXPECT_EQ(parser.parse(padded).error(), simdjson::SUCCESS) << rest;
  return rest;
}

TEST(ForeignReasoning, thinking_goes_from_anthropics_messages_wherever_it_stands) {
  EXPECT_EQ(
      without(
          Shape::kMessages,
          R"({"model":"m","messages":[{"role":"user","content":"q"},{"role":"assistant","content":[ {"type":"thinking","thinking":"a","signature":"s"} , {"type":"text","text":"b"}, {"type":"redacted_thinking","data":"x"},{"type":"text","text":"c"},{"type":"thinking","thinking":"d"}]},{"role":"user","content":"no"}]})"),
      R"({"model":"m","messages":[{"role":"user","content":"q"},{"role":"assistant","content":[ {"type":"text","text":"b"},{"type":"text","text":"c"}]},{"role":"user","content":"no"}]})");
}

TEST(ForeignReasoning, a_message_that_was_thinking_alone_goes_with_it) {
  EXPECT_EQ(
      without(
          Shape::kMessages,
          R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"a"},{"type":"redacted_thinking","data":"x"}]},{"role":"user","content":"no"}]})"),
      R"({"messages":[{"role":"user","content":"q"},{"role":"user","content":"no"}]})");
}

TEST(ForeignReasoning, a_call_without_its_thinking_wants_thinking_switched_off) {
  const std::string open =
      R"({"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"a"},{"type":"tool_use","id":"t","name":"n","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]})";
  EXPECT_EQ(
      without(Shape::kMessages, open + "]}"),
      R"({"thinking":{"type":"disabled"},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]})");
  const std::string closed =
      without(Shape::kMessages,
              open + R"(,{"role":"assistant","content":"done"},{"role":"user","content":"no"}]})");
  EXPECT_NE(closed.find(R"("type":"enabled")"), std::string::npos) << "the call is answered";
}

TEST(ForeignReasoning, reasoning_items_go_and_ids_that_would_ask_for_them) {
  EXPECT_EQ(
      without(
          Shape::kResponses,
          R"({"input":[{"type":"reasoning","id":"rs_1","encrypted_content":"x"},{"type":"function_call","id":"fc_1","call_id":"c","name":"n","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"1"},{"type":"item_reference","id":"rs_2"},{"role":"assistant","content":"a","id":"msg_1"},{"role":"user","content":"no","id":"u_1"}]})"),
      R"({"input":[{"type":"function_call","call_id":"c","name":"n","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"1"},{"role":"assistant","content":"a"},{"role":"user","content":"no","id":"u_1"}]})");
}

TEST(ForeignReasoning, fields_of_reasoning_go_from_chat_messages) {
  EXPECT_EQ(
      without(
          Shape::kChat,
          R"({"messages":[{"reasoning":"a","role":"assistant","reasoning_details":[{"type":"reasoning.encrypted"}],"content":"b","reasoning_content":"c"}]})"),
      R"({"messages":[{"role":"assistant","content":"b"}]})");
}

TEST(ForeignReasoning, where_there_is_none_nothing_changes) {
  for (const Shape shape :
       {Shape::kChat, Shape::kResponses, Shape::kMessages, Shape::kEmbeddings}) {
    for (const std::string body :
         {R"({"model":"m"})", R"({"messages":[],"input":[]})", R"({"messages":1,"input":"x"})",
          R"({"messages":[1,null,"x",[],{"role":"assistant","content":"a","id":"i"}]})",
          R"({"input":[{"role":"assistant","content":"a","id":"i"}]})"})
      EXPECT_EQ(without(shape, body), body);
  }
  simdjson::dom::parser parser;
  EXPECT_FALSE(without_foreign_reasoning(Shape::kChat, "{", parser));
}

TEST(ForeignReasoning, edits_of_two_kinds_are_put_in_order) {
  const auto edits = in_order({{20, 25, "c"}, {0, 5, "a"}, {3, 8, "overlaps"}, {5, 5, "b"}});
  ASSERT_EQ(edits.size(), 3U);
  EXPECT_EQ(edits[0].text + edits[1].text + edits[2].text, "abc");
}

}  // namespace
}  // namespace turnout::gateway
