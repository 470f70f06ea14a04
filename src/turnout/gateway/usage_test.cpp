#include "turnout/gateway/usage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace turnout::gateway {
namespace {

/// @returns what an answer says, fed in parts of some bytes.
Usage read(const std::string& answer, std::size_t part = std::string::npos) {
  UsageReader reader;
  for (std::size_t at = 0; at < answer.size(); at += std::min(part, answer.size() - at))
    reader.feed(std::string_view(answer).substr(at, part));
  return reader.finish();
}

void expect_same(const Usage& a, const Usage& b, std::size_t part) {
  EXPECT_EQ(a.known, b.known) << part;
  EXPECT_EQ(a.input, b.input) << part;
  EXPECT_EQ(a.cached_input, b.cached_input) << part;
  EXPECT_EQ(a.cache_write, b.cache_write) << part;
  EXPECT_EQ(a.output, b.output) << part;
  EXPECT_EQ(a.reasoning, b.reasoning) << part;
  EXPECT_EQ(a.model, b.model) << part;
  EXPECT_EQ(a.response_id, b.response_id) << part;
  EXPECT_EQ(a.failed, b.failed) << part;
  EXPECT_EQ(a.complete, b.complete) << part;
}

/// However the network cuts it, an answer says the same.
Usage read_in_all_parts(const std::string& answer) {
  Usage whole = read(answer);
  for (const std::size_t part : {1U, 2U, 3U, 5U, 7U, 11U, 16U, 64U, 100U, 257U}) {
    expect_same(whole, read(answer, part), part);
  }
  return whole;
}

/// Where the first word shows: the number of bytes that had come.
std::size_t first_content_of(const std::string& answer) {
  UsageReader reader;
  for (std::size_t at = 0; at < answer.size(); ++at) {
    reader.feed(std::string_view(answer).substr(at, 1));
    if (reader.first_content()) return at;
  }
  return std::string::npos;
}

const std::string kChatHead =
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-x","choices":[{"index":0,"delta":)";
const std::string kChatStream =
    "data: " + kChatHead +
    R"({"role":"assistant","content":""},"finish_reason":null}],"usage":null})" +
    "\n\ndata: " + kChatHead + R"({"reasoning_content":"hm"}}],"usage":null})" +
    "\n\ndata: " + kChatHead + R"({"content":"\"usage\":{\"prompt_tokens\":9}"}}],"usage":null})" +
    "\n\ndata: " + kChatHead + R"({},"finish_reason":"stop"}],"usage":null})" + "\n\ndata: " +
    R"({"id":"chatcmpl-1","model":"gpt-x","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":6,"audio_tokens":0}}})" +
    "\n\ndata: [DONE]\n\n";

TEST(UsageReader, a_stream_of_chat_completions_tells_at_its_end) {
  const Usage usage = read_in_all_parts(kChatStream);
  EXPECT_TRUE(usage.known && usage.complete && !usage.failed);
  EXPECT_EQ(usage.input, 19);
  EXPECT_EQ(usage.cached_input, 4);
  EXPECT_EQ(usage.output, 10);
  EXPECT_EQ(usage.reasoning, 6);
  EXPECT_EQ(usage.model, "gpt-x");
  EXPECT_EQ(usage.response_id, "chatcmpl-1");
}

TEST(UsageReader, reasoning_and_empty_words_are_not_the_first_content) {
  const std::size_t at = first_content_of(kChatStream);
  const std::size_t word = kChatStream.find("prompt_tokens");
  EXPECT_GT(at, kChatStream.rfind("\n\n", word));
  EXPECT_LT(at, kChatStream.find("stop"));
  const std::string call =
      "data: " + kChatHead + R"({"content":null,"tool_calls":[{"index":0,"id":"c"}]}}]})" + "\n\n";
  EXPECT_NE(first_content_of(call), std::string::npos);
}

TEST(UsageReader, anthropic_tells_the_input_early_and_the_output_late) {
  const std::string stream =
      "event: message_start\ndata: " +
      std::string(
          R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":100},"output_tokens":1,"service_tier":"standard"}}})") +
      "\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n" +
      R"(event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

event: message_stop
data: {"type":"message_stop"}

)";
  const Usage usage = read_in_all_parts(stream);
  EXPECT_TRUE(usage.complete && !usage.failed);
  EXPECT_EQ(usage.input, 1125) << "with what was cached";
  EXPECT_EQ(usage.cached_input, 1000);
  EXPECT_EQ(usage.cache_write, 100);
  EXPECT_EQ(usage.output, 15);
  EXPECT_EQ(usage.model, "claude-x");
  EXPECT_EQ(usage.response_id, "msg_1");
  const std::size_t at = first_content_of(stream);
  EXPECT_GT(at, stream.find("text_delta"));
  EXPECT_LT(at, stream.find("event: message_delta"));
  const Usage cut = read_in_all_parts(stream.substr(0, stream.find("event: message_delta")));
  EXPECT_FALSE(cut.complete);
  EXPECT_EQ(cut.output, 1) << "what it said at first";
}

TEST(UsageReader, responses_tell_in_their_last_event_whatever_stands_about_it) {
  const std::string filler(5000, 'x');
  const std::string stream =
      "event: response.created\ndata: "
      R"({"type":"response.created","response":{"id":"resp_1","model":"gpt-y","usage":null,"error":null}})"
      "\n\nevent: response.reasoning_summary_text.delta\ndata: "
      R"({"type":"response.reasoning_summary_text.delta","delta":"hm"})"
      "\n\nevent: response.output_text.delta\ndata: "
      R"({"type":"response.output_text.delta","delta":"Hi"})"
      "\n\nevent: response.completed\ndata: "
      R"({"type":"response.completed","response":{"id":"resp_1","model":"gpt-y","output":[{"text":")" +
      filler +
      R"("}],"usage":{"input_tokens":37,"input_tokens_details":{"cached_tokens":30},"output_tokens":11,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":48},"metadata":{"a":")" +
      filler + "\"}}}\n\n";
  const Usage usage = read_in_all_parts(stream);
  EXPECT_TRUE(usage.complete && !usage.failed);
  EXPECT_EQ(usage.input, 37);
  EXPECT_EQ(usage.cached_input, 30);
  EXPECT_EQ(usage.output, 11);
  EXPECT_EQ(usage.reasoning, 5);
  EXPECT_EQ(usage.response_id, "resp_1");
  EXPECT_GT(first_content_of(stream), stream.find("\"Hi\""));
}

TEST(UsageReader, a_body_in_one_piece_is_read_too) {
  const std::string body = R"({
  "id": "chatcmpl-2", "object": "chat.completion", "model": "gpt-z",
  "choices": [{"message": {"role": "assistant", "content": "the key \"usage\": {\"prompt_tokens\": 1}"}}],
  "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
}
)";
  const Usage usage = read_in_all_parts(body);
  EXPECT_TRUE(usage.complete && usage.known && !usage.failed);
  EXPECT_EQ(usage.input, 7);
  EXPECT_EQ(usage.output, 3);
  EXPECT_EQ(usage.model, "gpt-z");
  EXPECT_FALSE(read(body.substr(0, body.size() - 10)).complete);
  const Usage message = read_in_all_parts(
      R"({"id":"msg_2","type":"message","role":"assistant","model":"claude-y","content":[{"type":"tool_use","id":"t","name":"n","input":{"usage":{"input_tokens":5,"output_tokens":5}}}],"usage":{"input_tokens":12,"cache_read_input_tokens":3,"output_tokens":4}})");
  EXPECT_EQ(message.input, 15) << "the last one says";
  EXPECT_EQ(message.output, 4);
  EXPECT_FALSE(message.failed);
}

TEST(UsageReader, errors_are_failures) {
  for (const char* answer :
       {R"({"error":{"message":"overloaded","type":"server_error"}})",
        R"({ "error" : {"message":"overloaded"} })",
        R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
        "data: {\"error\":{\"message\":\"x\"}}\n\n",
        "event: response.failed\ndata: "
        "{\"type\":\"response.failed\",\"response\":{\"id\":\"r\"}}\n\n"})
    EXPECT_TRUE(read_in_all_parts(answer).failed) << answer;
  EXPECT_FALSE(read_in_all_parts(R"({"error":null,"id":"r","usage":null})").failed);
}

TEST(UsageReader, strange_bytes_are_passed_over) {
  for (const char* answer :
       {"", " ", "\n\n\n", "data:", "data: {", "data: {\"usage\"",
        "data: {\"usage\":{\"input_tokens\":",
        "{\"usage\":{\"input_tokens\":99999999999999999999}}", "{\"usage\":{\"input_tokens\":-5}}",
        "{\"usage\":{{{{[[[\"", "{\"usage\":\"usage\":\"usage\":", "\r\ndata: [DONE]"})
    EXPECT_EQ(read_in_all_parts(answer).input, 0) << answer;
  EXPECT_EQ(read(R"({"usage":{"input_tokens":12)").input, 0) << "a number cut off is another one";
  // What follows an object that was too long to be kept is looked at.
  const Usage behind = read_in_all_parts("{\"usage\":{" + std::string(511, ' ') +
                                         R"("usage":{"input_tokens":5,"output_tokens":3}})");
  EXPECT_EQ(behind.output, 3);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += R"("usage":{"input_tokens":)";
  EXPECT_FALSE(read("{" + many).complete);
}

}  // namespace
}  // namespace turnout::gateway
