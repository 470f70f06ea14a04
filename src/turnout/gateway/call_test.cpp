#include "turnout/gateway/call.h"

#include "gateway_fixture.h"
#include "turnout/gateway/receipts.h"
#include "turnout/http/head_writer.h"

namespace turnout::gateway {
namespace {

TEST_F(CallTest, an_alias_follows_the_policy_and_only_the_models_name_changes) {
  start();
  const std::string body =
      R"({ "messages":[{"role":"user","content":"what is 17 times 23?"}],  "model" : "turnout/auto", "x":1.50 })";
  auto first = send("/v1/chat/completions?q=1", body);
  EXPECT_EQ(first.forward().origin, 10U);
  EXPECT_EQ(first.forward().target, "/v1/chat/completions?q=1");
  EXPECT_EQ(
      first.sent_body(),
      R"({ "messages":[{"role":"user","content":"what is 17 times 23?"}],  "model" : "vendor-mini-1", "x":1.50 })");
  auto said = answer(first);
  EXPECT_EQ(said["x-turnout-model"], "mini");
  EXPECT_EQ(said["x-turnout-attempt"], "1");
  EXPECT_EQ(said["x-turnout-rule"], "new_task");
  EXPECT_EQ(said["x-turnout-reason"], "policy");
  auto second = send("/v1/chat/completions", body);
  EXPECT_EQ(second.forward().origin, 11U);
  EXPECT_EQ(second.forward().target, "/base/chat/completions");
  EXPECT_NE(second.sent_body().find(R"("reasoning_effort":"high")"), std::string::npos);
  auto said_again = answer(second);
  EXPECT_EQ(said_again["x-turnout-task"], said["x-turnout-task"]);
  EXPECT_EQ(said_again["x-turnout-attempt"], "2");
  EXPECT_EQ(said_again["x-turnout-model"], "large");
  recorder_->flush();
  ASSERT_EQ(passes_.size(), 2U);
  const auto& pass = passes_[said["x-turnout-task"] + " 2"];
  EXPECT_EQ(pass.model, "large");
  EXPECT_EQ(pass.input_tokens, 100);
  EXPECT_NEAR(*pass.cost_usd, (100 * 10 + 50 * 20) * 1e-6, 1e-15);
  EXPECT_EQ(pass.propensity, 1.0);
}

TEST_F(CallTest, a_models_own_name_pins_it_and_an_unknown_one_is_not_found) {
  start();
  auto pinned = send("/v1/chat/completions", chat("vendor-large-1", "x"));
  EXPECT_EQ(pinned.forward().origin, 11U);
  EXPECT_EQ(answer(pinned)["x-turnout-reason"], "pinned");
  const auto unknown = send("/v1/chat/completions", chat("gpt-99", "x"));
  EXPECT_EQ(unknown.reply().status, 404);
  EXPECT_EQ(error_of(unknown.reply())["code"], "model_not_found");
  const auto anthropic = send("/v1/messages", chat("gpt-99", "x"));
  EXPECT_EQ(Json::parse(anthropic.reply().body)["type"], "error");
}

TEST_F(CallTest, what_a_model_cannot_take_goes_to_one_that_can) {
  start();
  auto anthropic = send("/v1/messages", chat("claude-turnout-auto", "hello"));
  EXPECT_EQ(anthropic.forward().origin, 10U);
  answer(anthropic);
  auto again = send("/v1/messages", chat("claude-turnout-auto", "hello"));
  EXPECT_EQ(again.forward().origin, 10U) << "large speaks OpenAI's alone";
  EXPECT_EQ(answer(again)["x-turnout-reason"], "skipped; large: api");
  auto lengthy = send("/v1/chat/completions", chat("turnout/auto", std::string(8000, 'w')));
  EXPECT_EQ(lengthy.forward().origin, 11U);
  EXPECT_EQ(answer(lengthy)["x-turnout-reason"], "skipped; mini: context");
}

TEST_F(CallTest, reasoning_that_another_model_cannot_read_does_not_go_to_it) {
  start();
  const std::string turn = R"({"type":"message","role":"user","content":"what is 17 times 23?"})";
  const std::string thought =
      R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"SECRET"},)"
      R"({"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"390"}]})";
  const auto body = [&](const std::string& more) {
    return R"({"model":"turnout/auto","store":false,"input":[)" + turn + more + "]}";
  };
  auto first = send("/v1/responses", body(""));
  answer(first);
  auto complaint = send(
      "/v1/responses",
      body(
          "," + thought +
          R"(,{"type":"message","role":"user","content":"No, that is wrong! Try again: 17 times 23?"})"));
  EXPECT_EQ(complaint.forward().origin, 11U) << "the second attempt";
  EXPECT_EQ(complaint.sent_body().find("SECRET"), std::string::npos);
  EXPECT_NE(complaint.sent_body().find("390"), std::string::npos);
  EXPECT_TRUE(Json::accept(complaint.sent_body()));
  answer(complaint);
  auto pinned = send("/v1/responses", [&] {
    auto same = body("," + thought);
    return same.replace(same.find("turnout/auto"), 12, "mini");
  }());
  EXPECT_NE(pinned.sent_body().find("SECRET"), std::string::npos)
      << "an agent's call of who thought it";
}

TEST_F(CallTest, a_failure_is_tried_again_then_goes_up_and_says_so) {
  start();
  auto sent = send("/v1/chat/completions", chat("turnout/auto", "x"));
  sent.step = sent.exchange->failed(http::Failure::kConnect);
  EXPECT_EQ(sent.forward().origin, 10U);
  EXPECT_GE(sent.forward().after_us, 100'000);
  answer(sent, 503);
  EXPECT_EQ(sent.forward().origin, 11U);
  EXPECT_EQ(sent.forward().after_us, 0);
  auto said = answer(sent);
  EXPECT_EQ(said["x-turnout-model"], "large");
  EXPECT_EQ(said["x-turnout-reason"], "fallback; error");
  recorder_->flush();
  const auto& pass = passes_[said["x-turnout-task"] + " 1"];
  EXPECT_EQ(pass.model, "large");
  EXPECT_FALSE(pass.propensity) << "nobody drew it";
}

TEST_F(CallTest, one_prompt_to_two_models_at_once_is_two_tasks) {
  start();
  auto mini = send("/v1/chat/completions", chat("mini", "compare yourselves"));
  auto large = send("/v1/chat/completions", chat("large", "compare yourselves"));
  EXPECT_EQ(large.forward().origin, 11U);
  auto again = send("/v1/chat/completions", chat("large", "compare yourselves"));
  auto first = answer(mini);
  auto second = answer(large);
  EXPECT_NE(first["x-turnout-task"], second["x-turnout-task"]);
  EXPECT_EQ(second["x-turnout-model"], "large");
  auto third = answer(again);
  EXPECT_EQ(third["x-turnout-task"], second["x-turnout-task"]);
  EXPECT_EQ(third["x-turnout-rule"], "retry") << "the same bytes while the first are in flight";
}

TEST_F(CallTest, an_upstream_that_is_down_is_left_alone_for_a_while) {
  start();
  for (int i = 0; i < 3; ++i) {
    auto sent = send("/v1/chat/completions", chat("mini", std::to_string(i)));
    sent.step = sent.exchange->failed(http::Failure::kTimeout);
    if (std::holds_alternative<http::Forward>(sent.step))
      sent.exchange->failed(http::Failure::kTimeout);
    sent.exchange->ended(http::Ending::kWhole);
  }
  auto routed = send("/v1/chat/completions", chat("turnout/auto", "somebody else's words"));
  EXPECT_EQ(routed.forward().origin, 11U);
  EXPECT_EQ(answer(routed)["x-turnout-reason"], "fallback; breaker");
  const auto pinned = send("/v1/chat/completions", chat("mini", "further words"));
  EXPECT_EQ(pinned.reply().status, 503);
  EXPECT_EQ(error_of(pinned.reply())["code"], "upstream_down");
}

TEST_F(CallTest, streams_that_tell_no_tokens_count_against_budgets) {
  const std::string key = "sk-one";
  start("[[key]]\nname = \"one\"\nsha256 = \"" + hex_of(sha256(key)) + "\"\nusd_per_day = 0.01\n");
  int served = 0;
  for (int i = 0; i < 50; ++i) {
    auto sent = send("/v1/chat/completions",
                     R"({"model":"large","stream":true,"messages":[{"role":"user","content":"x)" +
                         std::to_string(i) + R"("}]})",
                     {{"x-api-key", key}});
    if (std::holds_alternative<http::Reply>(sent.step)) break;
    http::ResponseHead head;
    head.status = 200;
    sent.exchange->answered(head);
    for (int event = 0; event < 100; ++event)
      sent.exchange->data(
          "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"choices\":[{"
          "\"delta\":{\"content\":\"wo\"}}]}\n\n");
    sent.exchange->ended(http::Ending::kWhole);
    ++served;
  }
  EXPECT_GE(served, 2);
  EXPECT_LE(served, 15) << "100 tokens of $20 a million are 0.002";
}

TEST_F(CallTest, without_keys_pages_of_other_sites_are_refused) {
  start();
  const auto body = chat("mini", "x");
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"host", "evil.example"}, {"origin", "https://evil.example"}, {"origin", "null"}})
    EXPECT_EQ(send("/v1/chat/completions", body, {{name, value}}).reply().status, 403) << value;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"host", "127.0.0.1:8080"},
                                                        {"host", "localhost"},
                                                        {"host", "[::1]:80"},
                                                        {"origin", "http://localhost:3000"}})
    EXPECT_TRUE(std::holds_alternative<http::Forward>(
        send("/v1/chat/completions", body, {{name, value}}).step))
        << value;
}

TEST_F(CallTest, the_last_error_passes_as_it_is_and_asks_for_no_further_try) {
  start();
  auto sent = send("/v1/chat/completions", chat("large", "x"));
  auto said = answer(sent, 429);
  EXPECT_EQ(said.count("x-should-retry"), 0U) << "it was tried once: the client may try again";
  auto twice = send("/v1/chat/completions", chat("mini", "y"));
  answer(twice, 500);
  EXPECT_EQ(twice.forward().origin, 10U);
  EXPECT_EQ(answer(twice, 500)["x-should-retry"], "false");
  auto broken = send("/v1/chat/completions", chat("mini", "z"));
  broken.step = broken.exchange->failed(http::Failure::kTimeout);
  broken.step = broken.exchange->failed(http::Failure::kTimeout);
  EXPECT_EQ(broken.reply().status, 504);
  EXPECT_EQ(error_of(broken.reply())["code"], "upstream_timeout");
  broken.exchange->ended(http::Ending::kWhole);
  recorder_->flush();
  EXPECT_TRUE(passes_.empty()) << "nobody was answered";
}

TEST_F(CallTest, a_client_that_leaves_before_a_word_has_no_pass_and_afterwards_has) {
  start();
  auto before = send("/v1/chat/completions", chat("turnout/auto", "x"));
  before.exchange->ended(http::Ending::kClientGone);
  recorder_->flush();
  EXPECT_TRUE(passes_.empty());
  auto after = send("/v1/chat/completions", chat("turnout/auto", "y"));
  http::ResponseHead head;
  head.status = 200;
  EXPECT_TRUE(std::holds_alternative<http::Relay>(after.exchange->answered(head)));
  after.exchange->data("data: {\"choices\":[{\"delta\":{\"content\":\"wo\"}}]}\n\n");
  after.exchange->ended(http::Ending::kClientGone);
  recorder_->flush();
  EXPECT_EQ(passes_.size(), 1U);
}

TEST_F(CallTest, half_of_a_json_body_is_no_answer_and_what_comes_then_is_a_retry) {
  start();
  const std::string body = chat("turnout/auto", "which of these is the longest river?");
  auto cut = send("/v1/chat/completions", body);
  http::ResponseHead head;
  head.status = 200;
  EXPECT_TRUE(std::holds_alternative<http::Relay>(cut.exchange->answered(head)));
  cut.exchange->data(R"({"id":"r1","choices":[{"message":{"content":")" + std::string(2000, 'x'));
  cut.exchange->ended(http::Ending::kOriginCut);
  recorder_->flush();
  EXPECT_TRUE(passes_.empty()) << "no client reads half of it";
  auto again = send("/v1/chat/completions", body);
  const auto fields = answer(again);
  EXPECT_EQ(fields.at("x-turnout-rule"), "retry");
  EXPECT_EQ(fields.at("x-turnout-attempt"), "1");
}

TEST_F(CallTest, keys_are_asked_for_limited_and_keep_their_tasks_apart) {
  const std::string key = "sk-one";
  const std::string other = "sk-two";
  start("[[key]]\nname = \"one\"\nsha256 = \"" + hex_of(sha256(key)) +
        "\"\nrequests_per_minute = 60\n[[key]]\nname = \"two\"\nsha256 = \"" +
        hex_of(sha256(other)) + "\"\n");
  EXPECT_EQ(send("/v1/chat/completions", chat("mini", "x")).reply().status, 401);
  const std::string bearer = "Bearer " + key;
  auto sent = send("/v1/chat/completions", chat("turnout/auto", "x"), {{"authorization", bearer}});
  const auto task = answer(sent)["x-turnout-task"];
  const auto path = "/v1/turnout/tasks/" + task;
  EXPECT_EQ(send(path, "", {{"x-api-key", key}}, "GET").reply().status, 200);
  EXPECT_EQ(send(path, "", {{"x-api-key", other}}, "GET").reply().status, 404);
  EXPECT_EQ(send(path, "", {}, "GET").reply().status, 401);
  auto same = send("/v1/chat/completions", chat("turnout/auto", "x"), {{"x-api-key", other}});
  EXPECT_NE(answer(same)["x-turnout-task"], task) << "the same words of another key";
  int limited = 0;
  for (int i = 0; i < 30; ++i) {
    auto again = send("/v1/chat/completions", chat("mini", "x"), {{"x-api-key", key}});
    if (std::holds_alternative<http::Reply>(again.step)) {
      ++limited;
      EXPECT_EQ(again.reply().status, 429);
    }
  }
  EXPECT_GE(limited, 20);
}

TEST_F(CallTest, no_key_of_a_client_reaches_an_upstream) {
  ::setenv("TURNOUT_CALL_TEST_KEY", "sk-upstream", 1);
  start(
      "[[upstream]]\nname = \"c\"\nurl = \"http://127.0.0.1:3/v1\"\nspeaks = [\"openai\"]\n"
      "key_env = \"TURNOUT_CALL_TEST_KEY\"\n[[model]]\nname = \"third\"\nupstream = \"c\"\n"
      "model = \"m3\"\n");
  auto setup = std::make_shared<gateway::Setup>(*gateway_->setup());
  setup->origins.push_back(12);
  ASSERT_TRUE(gateway_->replace(setup));
  auto sent =
      send("/v1/chat/completions", chat("third", "x"),
           {{"Authorization", "Bearer sk-client"}, {"X-Api-Key", "sk-client"}, {"X-Other", "1"}});
  http::RequestHead head;
  head.method = "POST";
  head.fields = {
      {"Authorization", "Bearer sk-client"}, {"X-Api-Key", "sk-client"}, {"X-Other", "1"}};
  const auto text = http::head_for_origin(head, sent.forward(), "up", 1);
  EXPECT_EQ(text.find("sk-client"), std::string::npos);
  EXPECT_NE(text.find("Bearer sk-upstream"), std::string::npos);
  EXPECT_NE(text.find("X-Other: 1"), std::string::npos);
}

TEST_F(CallTest, feedback_is_stored_and_a_receipt_tells_all) {
  start();
  auto sent = send("/v1/chat/completions", chat("turnout/auto", "x"));
  const auto task = answer(sent)["x-turnout-task"];
  const auto told = send("/v1/feedback", Json{{"task", task}, {"outcome", "success"}}.dump());
  EXPECT_EQ(told.reply().status, 200);
  recorder_->flush();
  EXPECT_EQ(passes_[task + " 1"].outcome, traffic::Outcome::kSuccess);
  EXPECT_EQ(passes_[task + " 1"].ending, traffic::Ending::kResolved);
  const auto receipt = Json::parse(send("/v1/turnout/tasks/" + task, "", {}, "GET").reply().body);
  EXPECT_EQ(receipt["attempts"][0]["model"], "mini");
  EXPECT_EQ(receipt["attempts"][0]["outcome"], "success");
  EXPECT_EQ(receipt["next"]["large"], 1.0);
  for (const char* bad : {"", "[]", "{\"task\": 1}", "{\"task\":\"t\",\"outcome\":\"good\"}",
                          "{\"task\":\"t\",\"outcome\":\"success\",\"attempt\":0}"})
    EXPECT_EQ(send("/v1/feedback", bad).reply().status, 400) << bad;
  EXPECT_EQ(send("/v1/feedback", R"({"task":"t-x","outcome":"failure"})").reply().status, 404);
}

TEST_F(CallTest, feedback_for_a_task_that_is_no_longer_open_reaches_its_pass) {
  start();
  auto sent = send("/v1/chat/completions", chat("turnout/auto", "x"));
  const auto task = answer(sent)["x-turnout-task"];
  const std::string success = Json{{"task", task}, {"outcome", "success"}}.dump();
  const auto attempt_2 = Json{{"task", task}, {"outcome", "success"}, {"attempt", 2}}.dump();
  EXPECT_EQ(send("/v1/feedback", attempt_2).reply().status, 404) << "the task is open";
  start();  // another process, which knows no task
  const auto told = send("/v1/feedback", success);
  EXPECT_EQ(told.reply().status, 202);
  EXPECT_EQ(Json::parse(told.reply().body)["outcome"], "success");
  recorder_->flush();
  EXPECT_EQ(passes_[task + " 1"].outcome, traffic::Outcome::kSuccess);
  std::string changed = task;
  changed[4] = changed[4] == 'a' ? 'b' : 'a';
  EXPECT_EQ(
      send("/v1/feedback", Json{{"task", changed}, {"outcome", "failure"}}.dump()).reply().status,
      404)
      << "no id that this gateway gave";
  const std::string key = "sk-turnout-other";
  start("[[key]]\nname = \"other\"\nsha256 = \"" + hex_of(sha256(key)) + "\"\n");
  EXPECT_EQ(send("/v1/feedback", success, {{"x-api-key", key}}).reply().status, 404)
      << "another key's task";
}

TEST_F(CallTest, the_policy_is_public_and_changes_for_new_tasks_alone) {
  start();
  const auto page = Json::parse(send("/v1/turnout/policy", "", {}, "GET").reply().body);
  EXPECT_EQ(page["text"], "mini,large");
  EXPECT_EQ(page["attempts"][0]["models"]["mini"], 1.0);
  EXPECT_EQ(page["attempts"][1]["models"]["large"], 1.0);
  EXPECT_EQ(page["then"], "repeats");
  for (const auto& [text, then] :
       std::map<std::string, std::string>{{"mini,large,end", "ends"},
                                          {"cascade:mini,large,0.3", "depends"},
                                          {"mini,(large,mini)", "goes_on"}}) {
    auto other = std::make_shared<gateway::Setup>(*gateway_->setup());
    other->policy = policy_version(text, other->config.model_names()).value();
    EXPECT_EQ(Json::parse(policy_json(*other))["then"], then) << text;
  }
  const auto html = send("/v1/turnout/policy", "", {{"accept", "text/html"}}, "GET");
  EXPECT_NE(html.reply().body.find("mini 100 %"), std::string::npos);
  auto first = send("/v1/chat/completions", chat("turnout/auto", "x"));
  answer(first);
  auto setup = std::make_shared<gateway::Setup>(*gateway_->setup());
  setup->policy = policy_version("large", setup->config.model_names()).value();
  ASSERT_TRUE(gateway_->replace(setup));
  EXPECT_EQ(send("/v1/chat/completions", chat("turnout/auto", "y")).forward().origin, 11U);
  auto other = std::make_shared<gateway::Setup>(*setup);
  other->config.models.pop_back();
  EXPECT_FALSE(gateway_->replace(other)) << "models cannot change under tasks";
}

TEST_F(CallTest, what_is_no_endpoint_is_not_found_in_the_callers_shape) {
  start();
  EXPECT_EQ(send("/v1/chat/completions", "", {}, "GET").reply().status, 404);
  EXPECT_EQ(send("/v1/chat/completions/../../x", "").reply().status, 404);
  EXPECT_EQ(Json::parse(send("/v1/messages/batches", "").reply().body)["type"], "error");
  EXPECT_EQ(send("/healthz", "", {}, "GET").reply().body, "ok\n");
  EXPECT_NE(send("/metrics", "", {}, "GET").reply().body.find("turnout_open_tasks 0"),
            std::string::npos);
  const auto models = Json::parse(send("/v1/models", "", {}, "GET").reply().body);
  EXPECT_EQ(models["data"][0]["id"], "turnout/auto");
  EXPECT_EQ(models["data"].size(), 4U);
  EXPECT_EQ(Json::parse(send("/v1/models/turnout/auto", "", {}, "GET").reply().body)["id"],
            "turnout/auto");
  EXPECT_EQ(send("/v1/models/none", "", {}, "GET").reply().status, 404);
}

}  // namespace
}  // namespace turnout::gateway
