#include "turnout/mock/mock_llm.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "scenarios.h"

namespace turnout::mock {
namespace {

using nlohmann::json;

/// mini always fails, large always succeeds: success is at least 1e-100.
scenario::Scenario two_models() { return testing::scenario_of(10, 5, {1e-100, 2, 1}, {1, 4, 2}); }

struct Call {
  std::string method, target, body;
  std::vector<http::FieldView> fields = {};
};

http::Reply call(MockLlm& models, const Call& said) {
  http::RequestHead head;
  head.method = said.method;
  head.target = said.target;
  head.fields = said.fields;
  const auto exchange = models.exchange();
  return std::get<http::Reply>(exchange->begin({head, said.body, "127.0.0.1"}));
}

http::Reply chat(MockLlm& models, const std::string& model, const std::string& text,
                 const std::string& more = "") {
  return call(models, {"POST", "/v1/chat/completions",
                       R"({"model":")" + model + R"(","messages":[{"role":"user","content":")" +
                           text + R"("}])" + more + "}"});
}

/// The data of a stream's events, in order; those that are no JSON as text.
std::vector<json> events_of(const http::Reply& reply) {
  std::string all;
  for (const auto& part : reply.parts) all += part.bytes;
  std::vector<json> events;
  for (std::size_t at = 0; (at = all.find("data: ", at)) != std::string::npos; ++at) {
    const std::string line = all.substr(at + 6, all.find("\n\n", at) - at - 6);
    const json read = json::parse(line, nullptr, false);
    events.push_back(read.is_discarded() ? json(line) : read);
  }
  return events;
}

std::vector<std::string> types_of(const std::vector<json>& events, const std::string& repeated) {
  std::vector<std::string> types;
  for (const auto& event : events) {
    const std::string type = event["type"];
    if (type != repeated || types.back() != repeated) types.push_back(type);
  }
  return types;
}

TEST(MockLlm, answers_say_at_their_end_whether_they_are_right) {
  MockLlm models(two_models(), {});
  for (const auto& [model, ending] : {std::pair{"mini", kFailed}, {"large", kSolved}}) {
    const http::Reply reply = chat(models, model, "task 1: add");
    EXPECT_EQ(reply.status, 200);
    const json body = json::parse(reply.body);
    EXPECT_EQ(body["object"], "chat.completion");
    EXPECT_EQ(body["model"], model);
    EXPECT_EQ(body["choices"][0]["finish_reason"], "stop");
    const std::string text = body["choices"][0]["message"]["content"];
    EXPECT_TRUE(text.ends_with(ending)) << text;
    EXPECT_EQ(body["usage"]["completion_tokens"], 300);
    EXPECT_EQ(body["usage"]["total_tokens"], 300 + body["usage"]["prompt_tokens"].get<int>());
  }
  EXPECT_EQ(chat(models, "mini", "x").after_us, 2'000'000);
  EXPECT_EQ(chat(models, "large", "x").after_us, 4'000'000);
}

TEST(MockLlm, a_stream_of_chat_is_role_texts_finish_usage_and_done) {
  MockLlm models(two_models(), {.speedup = 100, .parts = 5});
  const auto reply = chat(models, "large", "task 1: add",
                          R"(,"stream":true,"stream_options":{"include_usage":true})");
  const auto events = events_of(reply);
  ASSERT_EQ(events.size(), 1 + 5 + 3U);
  EXPECT_EQ(events[0]["choices"][0]["delta"]["role"], "assistant");
  std::string text;
  for (std::size_t i = 1; i <= 5; ++i) {
    EXPECT_EQ(events[i]["object"], "chat.completion.chunk");
    EXPECT_EQ(events[i]["model"], "large");
    EXPECT_TRUE(events[i]["usage"].is_null() && events[i].contains("usage"));
    text += events[i]["choices"][0]["delta"]["content"].get<std::string>();
  }
  EXPECT_TRUE(text.ends_with(kSolved));
  EXPECT_EQ(events[6]["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(events[6]["choices"][0]["delta"], json::object());
  EXPECT_EQ(events[7]["choices"], json::array());
  EXPECT_EQ(events[7]["usage"]["completion_tokens"], 300);
  EXPECT_EQ(events[8], "[DONE]");
  const auto without = events_of(chat(models, "large", "task 1: add", R"(,"stream":true)"));
  EXPECT_EQ(without.size(), 1 + 5 + 2U);
  EXPECT_FALSE(without[1].contains("usage"));
}

constexpr const char* kPromptOfACall = R"(task 1: [turnout:call look_up {\"city\": \"Oslo\"}])";

TEST(MockLlm, a_prompt_asks_for_a_call_of_a_tool_and_gets_a_text_once_its_result_is_there) {
  MockLlm models(two_models(), {});
  const json called = json::parse(chat(models, "large", kPromptOfACall).body)["choices"][0];
  EXPECT_EQ(called["finish_reason"], "tool_calls");
  EXPECT_TRUE(called["message"]["content"].is_null());
  const json& function = called["message"]["tool_calls"][0]["function"];
  EXPECT_EQ(function["name"], "look_up");
  EXPECT_EQ(json::parse(function["arguments"].get<std::string>()), json({{"city", "Oslo"}}));
  const auto with_result =
      call(models, {"POST", "/v1/chat/completions",
                    R"({"model":"large","messages":[{"role":"user","content":")" +
                        std::string(kPromptOfACall) +
                        R"("},{"role":"tool","tool_call_id":"x","content":"rain"}]})"});
  EXPECT_EQ(json::parse(with_result.body)["choices"][0]["finish_reason"], "stop");
}

TEST(MockLlm, a_call_of_a_tool_is_streamed_in_every_shape) {
  MockLlm models(two_models(), {});
  const auto chunks = events_of(chat(models, "large", kPromptOfACall, R"(,"stream":true)"));
  EXPECT_EQ(chunks[1]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"], "look_up");
  EXPECT_EQ(chunks[2]["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"],
            R"({"city": "Oslo"})");
  const auto messages = events_of(
      call(models, {"POST", "/v1/messages",
                    R"({"model":"large","max_tokens":9,"stream":true,"messages":[{"role":"user",)"
                    R"("content":")" +
                        std::string(kPromptOfACall) + R"("}]})"}));
  EXPECT_EQ(messages[1]["content_block"]["name"], "look_up");
  EXPECT_EQ(messages[3]["delta"]["partial_json"], R"({"city": "Oslo"})");
  EXPECT_EQ(messages[5]["delta"]["stop_reason"], "tool_use");
  const auto responses = events_of(call(models, {"POST", "/v1/responses",
                                                 R"({"model":"large","stream":true,"input":")" +
                                                     std::string(kPromptOfACall) + R"("})"}));
  EXPECT_EQ(types_of(responses, ""),
            (std::vector<std::string>{
                "response.created", "response.in_progress", "response.output_item.added",
                "response.function_call_arguments.delta", "response.function_call_arguments.done",
                "response.output_item.done", "response.completed"}));
  EXPECT_EQ(responses.back()["response"]["output"][0]["call_id"], responses[2]["item"]["call_id"]);
}

TEST(MockLlm, a_prompt_asks_for_errors_and_for_time) {
  MockLlm models(two_models(), {});
  const std::string text = "task 7: [turnout:fail 503 2] [turnout:slow 0.5]";
  EXPECT_EQ(chat(models, "large", text).status, 503);
  EXPECT_EQ(chat(models, "large", text).status, 503);
  const auto reply = chat(models, "large", text);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.after_us, 500'000);
  EXPECT_TRUE(chat(models, "large", "task 8: [turnout:fail cut 1]").cut);
}

TEST(MockLlm, a_stream_takes_the_model_s_latency_in_all) {
  MockLlm models(two_models(), {.speedup = 100, .parts = 5});
  const auto reply = chat(models, "large", "task 1: add", R"(,"stream":true)");
  EXPECT_EQ(reply.after_us, 10'000);
  std::int64_t total = reply.after_us;
  for (const auto& part : reply.parts) total += part.after_us;
  EXPECT_EQ(total, 40'000);
}

TEST(MockLlm, short_waits_of_a_stream_are_put_together_to_whole_milliseconds) {
  MockLlm models(two_models(), {.speedup = 1000, .parts = 20});
  const auto reply = chat(models, "large", "task 1: add", R"(,"stream":true)");
  std::int64_t total = 0;
  for (const auto& part : reply.parts) {
    EXPECT_EQ(part.after_us % 1000, 0);
    total += part.after_us;
  }
  EXPECT_EQ(total, 3000);
}

TEST(MockLlm, a_stream_of_messages_has_anthropic_s_events) {
  MockLlm models(two_models(), {});
  const auto reply =
      call(models, {"POST", "/v1/messages",
                    R"({"model":"mini","max_tokens":999,"stream":true,"system":"s","messages":[)"
                    R"({"role":"user","content":[{"type":"text","text":"task 5: add"}]}]})"});
  const auto events = events_of(reply);
  EXPECT_EQ(types_of(events, "content_block_delta"),
            (std::vector<std::string>{"message_start", "content_block_start", "ping",
                                      "content_block_delta", "content_block_stop", "message_delta",
                                      "message_stop"}));
  EXPECT_EQ(events[0]["message"]["model"], "mini");
  EXPECT_EQ(events[0]["message"]["content"], json::array());
  EXPECT_EQ(events.end()[-2]["usage"]["output_tokens"], 300);
  EXPECT_EQ(events.end()[-2]["delta"]["stop_reason"], "end_turn");
  EXPECT_EQ(events.end()[-4]["delta"]["text"], kFailed);
  EXPECT_TRUE(reply.parts[0].bytes.starts_with("event: message_start\ndata: {"));
}

TEST(MockLlm, a_stream_of_a_response_has_openai_s_events_in_numbered_order) {
  MockLlm models(two_models(), {});
  const auto events =
      events_of(call(models, {"POST", "/v1/responses",
                              R"({"model":"large","stream":true,"input":[{"role":"user","content":)"
                              R"([{"type":"input_text","text":"task 5: add"}]}]})"}));
  EXPECT_EQ(
      types_of(events, "response.output_text.delta"),
      (std::vector<std::string>{
          "response.created", "response.in_progress", "response.output_item.added",
          "response.content_part.added", "response.output_text.delta", "response.output_text.done",
          "response.content_part.done", "response.output_item.done", "response.completed"}));
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i]["sequence_number"], i);
  const json& last = events.back()["response"];
  EXPECT_EQ(last["status"], "completed");
  EXPECT_EQ(last["usage"]["output_tokens"], 300);
  EXPECT_TRUE(last["output"][0]["content"][0]["text"].get<std::string>().ends_with(kSolved));
  EXPECT_TRUE(events.front()["response"]["usage"].is_null());
}

TEST(MockLlm, tries_are_counted_by_task_and_model_and_the_task_is_found_in_the_text) {
  const auto scenario = testing::scenario_of(10, 5, {0.5, 2, 1}, {0.5, 4, 2});
  MockLlm models(scenario, {.seed = 9});
  const Truth truth(scenario, 9);
  const auto solved = [](const http::Reply& reply) {
    return reply.body.find(kSolved) != std::string::npos;
  };
  // A complaint in the same conversation, a new conversation, another wording: all the same task.
  const std::vector<std::string> texts = {
      R"(task 7: add"},{"role":"assistant","content":"no"},{"role":"user","content":"Wrong, again.)",
      "task 7: add", "task 7: add it up"};
  for (std::size_t n = 0; n < 30; ++n) {
    const auto reply = chat(models, "mini", texts[n % texts.size()]);
    EXPECT_EQ(solved(reply), truth.solves({"7", 0, n})) << n;
    EXPECT_EQ(solved(chat(models, "large", "task 7: x")), truth.solves({"7", 1, n}));
    EXPECT_EQ(solved(chat(models, "mini", "task 8: add")), truth.solves({"8", 0, n}));
  }
}

TEST(MockLlm, faults_come_as_often_as_asked_and_are_no_tries) {
  const auto scenario = testing::scenario_of(10, 5, {0.5, 2, 1}, {0.5, 4, 2});
  MockLlm models(
      scenario,
      {.faults = {.errors = 0.1, .rate_limited = 0.1, .hangs = 0.1, .cuts = 0.1, .garbage = 0.1}});
  const Truth truth(scenario, 1);
  int errors = 0, limited = 0, hangs = 0, cuts = 0, garbage = 0;
  std::size_t tries = 0;
  constexpr int kRequests = 4'000;
  for (int i = 0; i < kRequests; ++i) {
    const auto reply = chat(models, "mini", "task 1: a", i % 2 == 0 ? R"(,"stream":true)" : "");
    std::string body = reply.body;
    for (const auto& part : reply.parts) body += part.bytes;
    const bool says = body.find("[turnout:") != std::string::npos;
    errors += reply.status == 500 ? 1 : 0;
    limited += reply.status == 429 ? 1 : 0;
    hangs += reply.after_us == 3'600'000'000 ? 1 : 0;
    cuts += reply.cut ? 1 : 0;
    garbage += body.find("<turnout:garbage>") != std::string::npos ? 1 : 0;
    if (says) {
      EXPECT_EQ(body.find(kSolved) != std::string::npos, truth.solves({"1", 0, tries})) << i;
      ++tries;
    }
  }
  const double allowed = 4.5 * std::sqrt(0.09 * kRequests);
  for (const int count : {errors, limited, hangs, cuts, garbage})
    EXPECT_NEAR(count, 0.1 * kRequests, allowed);
  EXPECT_EQ(tries, static_cast<std::size_t>(kRequests - errors - limited - hangs - cuts - garbage));
}

TEST(MockLlm, a_cut_answer_lacks_its_end_and_is_sent_in_chunks) {
  MockLlm models(two_models(), {.faults = {.cuts = 1}});
  for (const char* more : {"", R"(,"stream":true)"}) {
    const auto reply = chat(models, "large", "task 1: a", more);
    EXPECT_TRUE(reply.cut);
    EXPECT_TRUE(reply.body.empty());
    ASSERT_FALSE(reply.parts.empty());
    EXPECT_EQ(reply.parts.back().bytes.find("[DONE]"), std::string::npos);
  }
}

TEST(MockLlm, errors_are_worded_as_each_vendor_does) {
  MockLlm models(two_models(), {.faults = {.errors = 1}});
  EXPECT_EQ(json::parse(chat(models, "mini", "a").body)["error"]["type"], "server_error");
  const std::string body = R"({"model":"mini","messages":[]})";
  const auto overloaded = call(models, {"POST", "/v1/messages", body});
  EXPECT_EQ(overloaded.status, 529);
  EXPECT_EQ(json::parse(overloaded.body)["type"], "error");
  EXPECT_EQ(json::parse(overloaded.body)["error"]["type"], "overloaded_error");
  const auto limited = MockLlm(two_models(), {.faults = {.rate_limited = 1}})
                           .answer({http::RequestHead{{}, "POST", "/v1/messages"}, body, ""});
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.fields.back().name, "retry-after");
  EXPECT_EQ(json::parse(limited.body)["error"]["type"], "rate_limit_error");
  EXPECT_EQ(chat(models, "huge", "a").status, 404);
  EXPECT_EQ(json::parse(chat(models, "huge", "a").body)["error"]["code"], "model_not_found");
  EXPECT_EQ(call(models, {"POST", "/v1/chat/completions", "{"}).status, 400);
  EXPECT_EQ(call(models, {"POST", "/v1/chat/completions", R"({"model":"mini"})"}).status, 400);
  EXPECT_EQ(call(models, {"GET", "/v1/chat/completions", ""}).status, 404);
  EXPECT_EQ(
      json::parse(models.refuse(413, "too long", "/v1/messages?beta=true").body)["error"]["type"],
      "request_too_large");
}

TEST(MockLlm, lists_models_counts_tokens_embeds_and_says_hello) {
  MockLlm models(two_models(), {});
  const json list = json::parse(call(models, {"GET", "/v1/models", ""}).body);
  EXPECT_EQ(list["object"], "list");
  EXPECT_EQ(list["data"][1]["id"], "large");
  const json anthropic = json::parse(
      call(models, {"GET", "/v1/models", "", {{"Anthropic-Version", "2023-06-01"}}}).body);
  EXPECT_EQ(anthropic["last_id"], "large");
  EXPECT_EQ(anthropic["data"][0]["type"], "model");
  EXPECT_EQ(json::parse(call(models, {"GET", "/v1/models/mini", ""}).body)["id"], "mini");
  EXPECT_EQ(call(models, {"GET", "/v1/models/none", ""}).status, 404);
  EXPECT_EQ(call(models, {"HEAD", "/api/hello", ""}).status, 200);
  const auto count =
      call(models, {"POST", "/v1/messages/count_tokens",
                    R"({"model":"mini","messages":[{"role":"user","content":"12345678"}]})"});
  EXPECT_EQ(json::parse(count.body), (json{{"input_tokens", 3}}));
  EXPECT_EQ(count.after_us, 0);
  const auto vector = call(models, {"POST", "/v1/embeddings", R"({"model":"mini","input":"a"})"});
  EXPECT_EQ(json::parse(vector.body)["data"][0]["embedding"].size(), 4U);
  const auto old =
      call(models, {"POST", "/v1/completions", R"({"model":"large","prompt":"task 1: a"})"});
  EXPECT_TRUE(json::parse(old.body)["choices"][0]["text"].get<std::string>().ends_with(kSolved));
}

TEST(MockLlm, an_answer_cut_short_says_nothing_and_is_no_try) {
  const auto scenario = testing::scenario_of(10, 5, {0.5, 2, 1}, {0.5, 4, 2});
  MockLlm probed(scenario, {.seed = 4});
  MockLlm asked(scenario, {.seed = 4});
  for (int i = 0; i < 20; ++i) {
    const auto probe = json::parse(chat(probed, "mini", "task 1: a", R"(,"max_tokens":1)").body);
    EXPECT_EQ(probe["choices"][0]["finish_reason"], "length");
    EXPECT_EQ(probe["usage"]["completion_tokens"], 1);
    EXPECT_EQ(json::parse(chat(probed, "mini", "task 1: a").body)["choices"],
              json::parse(chat(asked, "mini", "task 1: a").body)["choices"]);
  }
}

}  // namespace
}  // namespace turnout::mock
