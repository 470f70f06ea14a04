#include "turnout/gateway/chat_request.h"

#include <gtest/gtest.h>

#include <string>

#include "turnout/http/message.h"

namespace turnout::gateway {
namespace {

using traffic::LastItem;

constexpr std::uint64_t kSeed = 7;

/// A body as the server gives it: bytes may be read behind it.
class Body {
 public:
  explicit Body(const std::string& text) : bytes_(text + std::string(http::kPadding, '"')) {}
  [[nodiscard]] std::string_view text() const {
    return std::string_view(bytes_).substr(0, bytes_.size() - http::kPadding);
  }

 private:
  std::string bytes_;
};

base::Result<ChatRequest> read(const std::string& text, Shape shape = Shape::kChat,
                               std::uint64_t seed = kSeed) {
  simdjson::dom::parser parser;
  const Body body(text);
  return read_chat_request(shape, body.text(), parser, seed);
}

ChatRequest good(const std::string& text, Shape shape = Shape::kChat) {
  auto chat = read(text, shape);
  EXPECT_TRUE(chat.has_value()) << (chat ? "" : chat.error().to_string()) << "\n" << text;
  return chat ? *chat : ChatRequest{};
}

std::string error_of(const std::string& text) {
  const auto chat = read(text);
  if (chat) return "";
  EXPECT_EQ(chat.error().code, base::ErrorCode::kMalformedInput);
  return chat.error().to_string();
}

std::string messages(const std::string& list) {
  return R"({"model":"m","messages":[)" + list + "]}";
}

TEST(ChatRequest, says_which_model_and_how_it_is_to_answer) {
  const std::string text = R"({ "messages": [{"role":"user","content":"hi"}],
    "model" : "turnout\/auto" , "stream": true, "stream_options":{"include_usage":true},
    "max_tokens": 500, "max_completion_tokens": 400, "tools":[{"type":"function"}],
    "reasoning_effort":"high", "user": "u1", "safety_identifier":"s1", "prompt_cache_key":"k"})";
  const ChatRequest chat = good(text);
  EXPECT_EQ(chat.model, "turnout/auto");
  EXPECT_EQ(text.substr(chat.model_span.begin, chat.model_span.end - chat.model_span.begin),
            R"("turnout\/auto")");
  EXPECT_TRUE(chat.stream && chat.tools);
  EXPECT_FALSE(chat.pictures || chat.foreign_reasoning || chat.request.helper);
  EXPECT_EQ(chat.most_tokens, 400);
  EXPECT_EQ(chat.user, "s1") << "the newer name of `user`";
  EXPECT_EQ(chat.cache_key, "k");
  EXPECT_EQ(chat.request.last, LastItem::kUser);
  EXPECT_EQ(chat.request.messages.size(), 1U);
  const ChatRequest plain = good(R"({"model":"m","messages":[],"tools":[],"stream":"true"})");
  EXPECT_FALSE(plain.stream || plain.tools);
}

TEST(ChatRequest, what_two_programs_could_read_in_two_ways_is_refused) {
  EXPECT_EQ(error_of(R"({"model":"a","messages":[],"model":"b"})"),
            "byte 29: the key `model` stands there twice");
  EXPECT_EQ(error_of(R"({"mod\u0065l":"a"})"),
            "byte 3: a key of the outermost object is written with escapes");
  EXPECT_EQ(error_of(R"({"messages":[]})"), "byte 16: `model` is missing");
  EXPECT_EQ(error_of(R"({"model":["a"]})"), "byte 10: `model` is no text");
  EXPECT_EQ(error_of(R"({"model":""})"), "byte 10: `model` is no text");
  EXPECT_NE(error_of(R"({"model":")" + std::string(256, 'x') + "\"}"), "");
}

TEST(ChatRequest, what_is_no_json_is_refused_with_its_place) {
  const std::pair<const char*, const char*> texts[] = {
      {"", "the body is empty"},
      {"[]", "the body is no JSON object"},
      {"null", "the body is no JSON object"},
      {R"({"model":"m",})", "an object's key is missing"},
      {R"({"model":"m" "x":1})", "a comma or a closing bracket is missing"},
      {R"({"model":"m","x" 1})", "a colon is missing"},
      {R"({"model":"m","x":tru})", "a JSON value is missing"},
      {R"({"model":"m","x":01})", "a JSON value is missing"},
      {R"({"model":"m","x":1.})", "a JSON value is missing"},
      {R"({"model":"m","x":1 2})", "a comma or a closing bracket is missing"},
      {R"({"model":"m","x":[1,]})", "a JSON value is missing"},
      {R"({"model":"m","x":[1})", "a comma or a closing bracket is missing"},
      {R"({"model":"m"}})", "there is more behind the JSON object"},
      {R"({"model":"m"} {"model":"n"})", "there is more behind the JSON object"},
      {R"({"model":"m)", "the body is no JSON"},
      {R"({"model":"m")", "a comma or a closing bracket is missing"},
      {R"({"model")", "a colon is missing"},
      {R"({"model":)", "a JSON value is missing"},
      {"{", "an object's key is missing"},
      {"{\"model\":\"a\nb\"}", "the body is no JSON"},
      {"{\"model\":\"\xff\"}", "the body is not UTF-8"},
  };
  for (const auto& [text, words] : texts)
    EXPECT_NE(error_of(text).find(words), std::string::npos) << text << ": " << error_of(text);
  const std::string deep =
      R"({"model":"m","x":)" + std::string(200, '[') + std::string(200, ']') + "}";
  EXPECT_NE(error_of(deep).find("nested more than 128 deep"), std::string::npos);
}

TEST(ChatRequest, a_body_cut_anywhere_is_refused) {
  const std::string text =
      R"({"model":"m","a":[1,-2.5e3,true,null,{"b":{}},[]],"messages":[{"role":"user","content":"x\"y"}]})";
  good(text);
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_FALSE(read(text.substr(0, i))) << i;
}

TEST(ChatRequest, the_shapes_differ_in_where_the_messages_stand) {
  EXPECT_EQ(shape_of("/v1/responses"), Shape::kResponses);
  EXPECT_EQ(shape_of("/v1/messages/count_tokens"), Shape::kCountTokens);
  EXPECT_FALSE(shape_of("/v1/messages/"));
  EXPECT_EQ(name_of(Shape::kEmbeddings), "embeddings");
  const ChatRequest alone = good(R"({"model":"m","input":"hi"})", Shape::kResponses);
  const ChatRequest list =
      good(R"({"model":"m","input":[{"role":"user","content":"hi"}]})", Shape::kResponses);
  EXPECT_EQ(alone.request.messages, list.request.messages) << "two ways to write one";
  EXPECT_EQ(alone.request.text.sketch, list.request.text.sketch);
  const ChatRequest chat = good(R"({"model":"m","input":"hi","messages":[]})");
  EXPECT_TRUE(chat.request.messages.empty());
  EXPECT_TRUE(good(R"({"model":"m","messages":[]})", Shape::kCountTokens).request.helper);
  EXPECT_TRUE(
      good(R"({"model":"m","max_tokens":1,"messages":[]})", Shape::kMessages).request.helper);
  EXPECT_EQ(
      good(R"({"model":"m","prompt":["a","b"]})", Shape::kCompletions).request.messages.size(), 1U);
}

TEST(ChatRequest, claude_code_puts_the_session_into_the_users_id) {
  const auto with = [](const std::string& id) {
    return good(R"({"model":"m","messages":[],"metadata":{"user_id":")" + id + "\"}}",
                Shape::kMessages);
  };
  const auto json = with(R"({\"device_id\":\"d\",\"account_uuid\":\"a\",\"session_id\":\"s\"})");
  EXPECT_EQ(json.user, "a");
  EXPECT_EQ(json.session, "s");
  const auto older = with("user_ab_account_cd_session_ef");
  EXPECT_EQ(older.user, "user_ab_account_cd");
  EXPECT_EQ(older.session, "ef");
  EXPECT_EQ(with("just-a-user").user, "just-a-user");
  EXPECT_EQ(with("just-a-user").session, "");
}

TEST(ChatRequest, of_a_context_that_the_api_keeps_the_same_words_are_not_the_same) {
  const auto after = [](const std::string& id) {
    return good(R"({"model":"m","input":"go on","previous_response_id":")" + id + "\"}",
                Shape::kResponses);
  };
  EXPECT_TRUE(after("r1").request.partial);
  EXPECT_NE(after("r1").request.messages, after("r2").request.messages);
  EXPECT_EQ(after("r1").request.messages, after("r1").request.messages);
  const auto kept =
      good(R"({"model":"m","input":"x","conversation":{"id":"conv_1"}})", Shape::kResponses);
  EXPECT_EQ(kept.session, "conv_1");
  EXPECT_TRUE(kept.request.partial);
}

TEST(ChatRequest, seeds_and_bytes_tell_bodies_apart) {
  const std::string text = messages(R"({"role":"user","content":"hi"})");
  const auto chat = good(text);
  EXPECT_EQ(chat.request.body, good(text).request.body);
  EXPECT_NE(chat.request.body, read(text, Shape::kChat, 8)->request.body);
  EXPECT_NE(chat.request.messages, read(text, Shape::kChat, 8)->request.messages);
  EXPECT_NE(chat.request.body,
            good(R"({"model":"n","messages":[{"role":"user","content":"hi"}]})").request.body);
  EXPECT_EQ(chat.request.messages,
            good(R"({"model":"n","messages":[{"role":"user","content":"hi"}]})").request.messages);
}

TEST(ChatRequest, pictures_count_by_their_number) {
  const std::string data(40'000, 'A');
  const auto chat = good(messages(
      R"({"role":"user","content":[{"type":"text","text":"what is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,)" +
      data + R"("}}]})"));
  EXPECT_TRUE(chat.pictures);
  EXPECT_GT(chat.input_tokens, 1000);
  EXPECT_LT(chat.input_tokens, 1100);
  const auto within = good(
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","data":"AA"}}]}]}]})",
      Shape::kMessages);
  EXPECT_TRUE(within.pictures);
  EXPECT_EQ(within.request.last, LastItem::kToolResult);
}

TEST(ChatRequest, edits_name_the_model_and_set_parameters_and_leave_all_else) {
  const std::string text =
      R"({"max_tokens" : 10, "model":"auto","messages":[{"role":"user","content":"\"model\":\"auto\""}], "stream":false })";
  const ChatRequest chat = good(text);
  EXPECT_EQ(
      edited(text, with_parameters(chat, text, "a\"b\n", {})),
      R"({"max_tokens" : 10, "model":"a\"b\u000a","messages":[{"role":"user","content":"\"model\":\"auto\""}], "stream":false })");
  const Parameter parameters[] = {
      {"max_tokens", "64"}, {"reasoning", R"({"effort":"low"})"}, {"stream", "true"}};
  EXPECT_EQ(
      edited(text, with_parameters(chat, text, "m2", parameters)),
      R"({"max_tokens" : 64, "model":"m2","reasoning":{"effort":"low"},"messages":[{"role":"user","content":"\"model\":\"auto\""}], "stream":true })");
}

}  // namespace
}  // namespace turnout::gateway
