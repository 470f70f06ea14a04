#include <gtest/gtest.h>

#include "gateway_fixture.h"
#include "turnout/gateway/call.h"

/// Whom a call turns away at the head, and what it does not take for an answer.
namespace turnout::gateway {
namespace {

using CallJudgement = CallTest;

/// What an upstream's answer of a status of 200 begins with, as it was asked for.
http::ResponseHead beginning(std::string_view body, std::string_view type = "application/json") {
  http::ResponseHead head;
  head.status = 200;
  head.begins = body;
  head.fields = {{"Content-Type", type}};
  return head;
}

TEST_F(CallJudgement, an_answer_that_is_no_json_is_none_and_is_tried_again_and_then_elsewhere) {
  start();
  for (const std::string_view body : {"<html>", "", "upstream connect error"}) {
    auto sent = send("/v1/chat/completions", chat("turnout/auto", std::string(body) + "?"));
    ASSERT_TRUE(sent.forward().looks_at_body);
    const auto again = sent.exchange->answered(beginning(body));
    EXPECT_EQ(std::get<http::Forward>(again).origin, 10U) << body;
    const auto other = sent.exchange->answered(beginning(body));
    EXPECT_EQ(std::get<http::Forward>(other).origin, 11U) << body;
    const auto nobody = sent.exchange->answered(beginning(body));
    EXPECT_EQ(std::get<http::Reply>(nobody).status, 502) << body;
    EXPECT_EQ(error_of(std::get<http::Reply>(nobody))["code"], "upstream_garbage");
    sent.exchange->ended(http::Ending::kWhole);
    for (std::size_t i = 0; i < 2; ++i) (*gateway_->setup()->breakers)[i].succeeded();
  }
  recorder_->flush();
  EXPECT_TRUE(passes_.empty());
}

TEST_F(CallJudgement, an_answer_that_may_be_json_or_is_no_concern_of_the_gateways_is_passed_on) {
  start();
  for (const auto& head :
       {beginning("{"), beginning("\n\n{"), beginning("data: {", "text/event-stream")}) {
    auto sent = send("/v1/chat/completions", chat("turnout/auto", std::string(*head.begins)));
    EXPECT_TRUE(std::holds_alternative<http::Relay>(sent.exchange->answered(head)));
  }
  const auto embeddings = send("/v1/embeddings", R"({"model":"mini","input":"x"})");
  EXPECT_FALSE(embeddings.forward().looks_at_body);
  const auto stream =
      send("/v1/chat/completions",
           R"({"model":"mini","stream":true,"messages":[{"role":"user","content":"x"}]})");
  EXPECT_FALSE(stream.forward().looks_at_body);
}

TEST_F(CallJudgement, an_unknown_key_is_refused_by_the_head_alone) {
  const std::string key = "sk-one";
  start("[[key]]\nname = \"one\"\nsha256 = \"" + hex_of(sha256(key)) + "\"\n");
  const auto screened = [&](std::string_view presented, std::string_view path) {
    http::RequestHead head;
    head.method = "POST";
    head.target = path;
    head.fields = {{"x-api-key", presented}};
    return gateway_->exchange()->screen(head);
  };
  EXPECT_FALSE(screened(key, "/v1/messages"));
  ASSERT_TRUE(screened("sk-two", "/v1/messages"));
  EXPECT_EQ(screened("sk-two", "/v1/messages")->status, 401);
  EXPECT_EQ(Json::parse(screened("sk-two", "/v1/messages")->body)["type"], "error");
  EXPECT_EQ(error_of(*screened("", "/v1/feedback"))["code"], "invalid_api_key");
  start();
  EXPECT_FALSE(screened("", "/v1/messages")) << "without keys everybody is served";
}

}  // namespace
}  // namespace turnout::gateway
