#include "turnout/gateway/decision.h"

#include "gateway_fixture.h"

namespace turnout::gateway {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

/// Another gateway, which asks this one.
class DecisionTest : public CallTest {
 protected:
  using Fields = std::vector<http::FieldView>;
  /// @returns an endpoint's answer; its status is in "status".
  Json post(const std::string& path, const Json& body, const Fields& fields = {}) {
    auto sent = send(path, body.dump(), fields);
    Json said = Json::parse(sent.reply().body);
    said["http"] = sent.reply().status;
    for (const auto& field : sent.reply().fields) said["head"][field.name] = field.value;
    return said;
  }
  Json ask(const Json& question, const Fields& fields = {}) {
    return post("/v1/decision", question, fields);
  }
  Json report(const Json& decision, Json said = {{"status", 200}}, const Fields& fields = {}) {
    said["decision"] = decision["decision"];
    return post("/v1/passes", said, fields);
  }
  static Json request(const std::string& words) {
    return {{"request", Json::parse(chat("turnout/auto", words))}};
  }
  static std::string key_table(const std::string& name, const std::string& key,
                               const std::string& more = "") {
    return "[[key]]\nname = \"" + name + "\"\nsha256 = \"" + hex_of(sha256(key)) + "\"\n" + more;
  }
};

TEST_F(DecisionTest, a_reported_decision_is_a_pass_and_the_next_one_its_reprompt) {
  start();
  const Json first = ask(request("what is 17 times 23?"));
  EXPECT_EQ(first["http"], 200);
  EXPECT_EQ(first["schema"], "turnout/decision/1");
  EXPECT_EQ(first["model"], "mini");
  EXPECT_EQ(first["upstream"], "a");
  EXPECT_EQ(first["upstream_model"], "vendor-mini-1");
  EXPECT_EQ(first["rule"], "new_task");
  EXPECT_EQ(first["reason"], "policy");
  EXPECT_EQ(first["attempt"], 1);
  EXPECT_EQ(first["propensity"], 1.0);
  ASSERT_EQ(first["fallbacks"].size(), 1U);
  EXPECT_EQ(first["fallbacks"][0]["model"], "large");
  EXPECT_EQ(first["fallbacks"][0]["parameters"], Json({{"reasoning_effort", "high"}}));
  EXPECT_EQ(first["head"]["x-turnout-model"], "mini");
  EXPECT_EQ(first["head"]["x-turnout-task"], first["task"]);
  const Json said = report(first, {{"status", 200},
                                   {"latency_s", 3.5},
                                   {"ttft_s", 0.5},
                                   {"input_tokens", 100},
                                   {"cached_tokens", 0},
                                   {"output_tokens", 50},
                                   {"outcome", "failure"}});
  EXPECT_EQ(said["recorded"], true);
  // Asked at once: whoever was told of an answer has seen it, though it is said to have taken 3.5 s.
  const Json second = ask(request("what is 17 times 23?"));
  EXPECT_EQ(second["task"], first["task"]);
  EXPECT_EQ(second["attempt"], 2);
  EXPECT_EQ(second["rule"], "certain");
  EXPECT_EQ(second["model"], "large");
  EXPECT_EQ(second["parameters"], Json({{"reasoning_effort", "high"}}));
  EXPECT_TRUE(second["fallbacks"].empty());
  report(second, {{"status", 200}, {"cost_usd", 0.25}});
  recorder_->flush();
  ASSERT_EQ(passes_.size(), 2U);
  const auto& pass = passes_[first["task"].get<std::string>() + " 1"];
  EXPECT_EQ(pass.model, "mini");
  EXPECT_EQ(pass.latency_s, 3.5);
  EXPECT_EQ(pass.ttft_s, 0.5);
  EXPECT_EQ(pass.input_tokens, 100);
  EXPECT_EQ(pass.output_tokens, 50);
  EXPECT_NEAR(*pass.cost_usd, (100 * 1 + 50 * 2) * 1e-6, 1e-15);
  EXPECT_EQ(pass.outcome, traffic::Outcome::kFailure);
  EXPECT_EQ(pass.policy_id, first["policy"]);
  EXPECT_EQ(pass.propensity, 1.0);
  EXPECT_EQ(passes_[first["task"].get<std::string>() + " 2"].cost_usd, 0.25);
}

TEST_F(DecisionTest, what_is_served_here_and_what_is_asked_for_are_one_task) {
  start();
  auto sent = send("/v1/chat/completions", chat("turnout/auto", "what is 17 times 23?"));
  const auto said = answer(sent);
  const Json asked = ask(request("what is 17 times 23?"));
  EXPECT_EQ(asked["task"], said.at("x-turnout-task"));
  EXPECT_EQ(asked["attempt"], 2);
}

TEST_F(DecisionTest, without_a_report_an_attempt_has_not_happened) {
  start();
  const Json first = ask({{"task", "mine"}, {"hold_s", 5}});
  EXPECT_EQ(first["attempt"], 1);
  gateway_->expire_decisions(gateway_->clock().now_us() + 4 * kSecond);
  EXPECT_EQ(ask({{"task", "mine"}, {"preview", true}})["reason"], "held") << "it is still open";
  gateway_->expire_decisions(gateway_->clock().now_us() + 6 * kSecond);
  const Json late = report(first);
  EXPECT_EQ(late["http"], 410);
  EXPECT_EQ(late["error"]["code"], "decision_expired");
  const Json second = ask({{"task", "mine"}});
  EXPECT_EQ(second["task"], first["task"]);
  EXPECT_EQ(second["attempt"], 1);
  EXPECT_EQ(second["model"], "mini") << "the policy has not gone on";
  recorder_->flush();
  EXPECT_TRUE(passes_.empty());
}

TEST_F(DecisionTest, a_question_that_was_asked_twice_leaves_the_answer_of_the_other) {
  start();
  const Json question = {{"user", "ann"}, {"messages", {{{"role", "user"}, {"hash", "h"}}}}};
  const Json first = ask(question, {{"idempotency-key", "k"}});
  const Json again = ask(question, {{"idempotency-key", "k"}});
  EXPECT_EQ(again["rule"], "retry");
  EXPECT_EQ(again["attempt"], 1);
  EXPECT_NE(again["decision"], first["decision"]);
  EXPECT_EQ(report(again)["recorded"], true);
  gateway_->expire_decisions(gateway_->clock().now_us() + 601 * kSecond);
  const Json second = ask(question);
  EXPECT_EQ(second["rule"], "certain") << "the user has an answer, and asks again";
  EXPECT_EQ(second["attempt"], 2);
}

TEST_F(DecisionTest, a_failed_answer_is_no_attempt_either) {
  start();
  const Json first = ask({{"task", "mine"}});
  const Json said = report(first, {{"error", "timeout"}});
  EXPECT_EQ(said["http"], 200);
  EXPECT_EQ(said["recorded"], false);
  EXPECT_EQ(ask({{"task", "mine"}})["attempt"], 1);
  const Json other = ask({{"task", "other"}});
  EXPECT_EQ(report(other, {{"status", 200}, {"error", "cut"}})["recorded"], false);
  const Json seen = ask({{"task", "other"}});
  EXPECT_EQ(report(seen, {{"status", 200}, {"error", "cut"}, {"ttft_s", 0.1}})["recorded"], true)
      << "the user has seen a part of it";
}

TEST_F(DecisionTest, without_a_word_ids_and_hashes_tell_reprompts_and_steps) {
  start();
  const auto rule_of = [&](const Json& question) {
    const Json asked = ask(question);
    report(asked);
    return asked["rule"].get<std::string>() + " " + asked["attempt"].dump() + " " +
           asked["model"].get<std::string>();
  };
  EXPECT_EQ(rule_of({{"user", "ann"}, {"conversation", "c1"}, {"turn", 1}}), "new_task 1 mini");
  EXPECT_EQ(rule_of({{"user", "ann"}, {"conversation", "c1"}, {"turn", 2}}),
            "further_turn 2 large");
  EXPECT_EQ(rule_of({{"user", "ann"}, {"conversation", "c2"}, {"turn", 1}}), "new_task 1 mini");
  EXPECT_EQ(rule_of({{"user", "ann"}, {"task", "t1"}}), "new_task 1 mini");
  EXPECT_EQ(rule_of({{"user", "ann"}, {"task", "t1"}}), "certain 2 large");
  EXPECT_EQ(rule_of({{"user", "bob"}, {"message", "m1"}, {"parent", "m0"}}), "new_task 1 mini");
  EXPECT_EQ(rule_of({{"user", "bob"}, {"message", "m2"}, {"parent", "m0"}}), "certain 2 large");
  EXPECT_EQ(rule_of({{"user", "bob"}, {"prompt", "p"}}), "new_task 1 mini");
  EXPECT_EQ(rule_of({{"user", "bob"}, {"prompt", "p"}}), "step 1 mini");
  const Json hello = {{"role", "user"}, {"hash", "h1"}};
  const Json call = {{"role", "assistant"}, {"hash", "h2"}};
  const Json result = {{"role", "tool"}, {"hash", "h3"}};
  EXPECT_EQ(rule_of({{"user", "eve"}, {"messages", {hello}}}), "new_task 1 mini");
  EXPECT_EQ(rule_of({{"user", "eve"}, {"messages", {hello, call, result}}}), "step 1 mini");
  EXPECT_EQ(rule_of({{"user", "eve"}, {"messages", {hello}}}), "certain 2 large");
  EXPECT_EQ(rule_of({{"user", "joe"}, {"messages", {hello}}}), "new_task 1 mini");
  EXPECT_EQ(ask({{"user", "ann"}, {"conversation", "c1"}, {"helper", true}})["rule"], "helper");
}

TEST_F(DecisionTest, an_answers_id_links_who_goes_on_from_it) {
  start();
  const Json first = ask({{"user", "ann"}, {"turn", 1}});
  report(first, {{"status", 200}, {"response", "resp_1"}});
  const Json second = ask({{"user", "ann"}, {"parent", "resp_1"}, {"turn", 2}});
  EXPECT_EQ(second["task"], first["task"]);
  EXPECT_EQ(second["attempt"], 2);
}

TEST_F(DecisionTest, a_preview_says_the_same_and_changes_nothing) {
  start();
  Json question = request("what is 17 times 23?");
  Json preview = question;
  preview["preview"] = true;
  for (int i = 0; i < 3; ++i) {
    const Json said = ask(preview);
    EXPECT_EQ(said["http"], 200);
    EXPECT_EQ(said["preview"], true);
    EXPECT_EQ(said["decision"], nullptr);
    EXPECT_EQ(said["expires"], nullptr);
    EXPECT_EQ(said["task"], nullptr) << "a new task has no id yet";
    EXPECT_EQ(said["attempt"], 1);
    EXPECT_EQ(said["model"], "mini");
    EXPECT_EQ(gateway_->tasks().size(), 0U);
  }
  const Json first = ask(question);
  EXPECT_EQ(first["attempt"], 1);
  report(first);
  const Json next = ask(preview);
  EXPECT_EQ(next["task"], first["task"]);
  EXPECT_EQ(next["attempt"], 2);
  EXPECT_EQ(next["model"], "large");
  const auto record = gateway_->tasks().find(first["task"].get<std::string>(), 0, true);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->attempts.size(), 1U);
  EXPECT_EQ(ask(question)["attempt"], 2);
}

TEST_F(DecisionTest, a_report_counts_once_and_within_its_key_alone) {
  const std::string one = "sk-turnout-one";
  const std::string two = "sk-turnout-two";
  start(key_table("one", one) + key_table("two", two));
  const Fields mine = {{"x-api-key", one}};
  const Fields others = {{"x-api-key", two}};
  EXPECT_EQ(ask({{"task", "t"}})["http"], 401);
  const Json decision = ask({{"task", "t"}}, mine);
  EXPECT_EQ(report(decision, {{"status", 200}}, others)["error"]["code"], "no_such_decision");
  EXPECT_EQ(post("/v1/passes", {{"decision", "d-unknown"}, {"status", 200}}, mine)["http"], 404);
  const Json first = report(decision, {{"status", 200}, {"cost_usd", 1}}, mine);
  EXPECT_EQ(first["recorded"], true);
  const Json by_attempt = {
      {"task", decision["task"]}, {"attempt", 1}, {"status", 200}, {"cost_usd", 5}};
  for (const Json& again : {report(decision, {{"status", 200}, {"cost_usd", 5}}, mine),
                            post("/v1/passes", by_attempt, mine)}) {
    EXPECT_EQ(again["http"], 200);
    EXPECT_EQ(again["recorded"], false);
    EXPECT_EQ(again["repeated"], true);
  }
  recorder_->flush();
  ASSERT_EQ(passes_.size(), 1U);
  EXPECT_EQ(passes_.begin()->second.cost_usd, 1.0);
}

TEST_F(DecisionTest, a_model_that_was_not_decided_is_recorded_without_propensity) {
  start();
  const Json decision = ask({{"task", "t"}});
  const Json said = post("/v1/passes", {{"task", decision["task"]},
                                        {"attempt", 1},
                                        {"model", "large"},
                                        {"status", 200},
                                        {"input_tokens", 10},
                                        {"output_tokens", 10}});
  EXPECT_EQ(said["model"], "large");
  EXPECT_EQ(said["propensity"], nullptr);
  recorder_->flush();
  ASSERT_EQ(passes_.size(), 1U);
  EXPECT_EQ(passes_.begin()->second.model, "large");
  EXPECT_FALSE(passes_.begin()->second.propensity);
  EXPECT_NEAR(*passes_.begin()->second.cost_usd, 300e-6, 1e-12) << "at the price of large";
}

TEST_F(DecisionTest, reported_failures_open_the_breaker_for_decisions_too) {
  start();
  for (int i = 0; i < Breaker::kFailures; ++i) {
    const Json decision = ask({{"task", "t" + std::to_string(i)}});
    EXPECT_EQ(decision["model"], "mini");
    report(decision, {{"status", 503}});
  }
  const Json preview = ask({{"task", "next"}, {"preview", true}});
  EXPECT_EQ(preview["model"], "large");
  const Json decision = ask({{"task", "next"}});
  EXPECT_EQ(decision["model"], "large");
  EXPECT_EQ(decision["reason"], "fallback; breaker");
  EXPECT_EQ(decision["propensity"], nullptr);
  EXPECT_EQ(report(decision)["propensity"], nullptr);
}

TEST_F(DecisionTest, what_one_key_reports_keeps_no_other_and_no_request_from_an_upstream) {
  const std::string liar = "sk-turnout-liar";
  const std::string other = "sk-turnout-other";
  start(key_table("liar", liar) + key_table("other", other));
  for (int i = 0; i < Breaker::kFailures; ++i) {
    const Json decision = ask({{"task", "t" + std::to_string(i)}}, {{"x-api-key", liar}});
    report(decision, {{"status", 503}}, {{"x-api-key", liar}});
  }
  EXPECT_EQ(ask({{"task", "t"}, {"preview", true}}, {{"x-api-key", liar}})["model"], "large");
  EXPECT_EQ(ask({{"task", "t"}}, {{"x-api-key", other}})["model"], "mini");
  auto served = send("/v1/chat/completions", chat("turnout/auto", "hello"), {{"x-api-key", other}});
  EXPECT_EQ(answer(served)["x-turnout-reason"], "policy");
}

TEST_F(DecisionTest, a_report_of_success_opens_no_upstream_that_this_gateway_saw_fail) {
  start();
  const Json before = ask({{"task", "t"}});
  for (int i = 0; i < Breaker::kFailures; ++i)
    (*gateway_->setup()->breakers)[0].failed(gateway_->clock().now_us());
  report(before, {{"status", 200}});
  EXPECT_EQ(send("/v1/chat/completions", chat("mini", "more")).reply().status, 503);
  EXPECT_EQ(ask({{"task", "u"}})["model"], "large");
}

TEST_F(DecisionTest, what_is_reported_is_charged_to_the_key) {
  const std::string key = "sk-turnout-one";
  start(key_table("one", key, "usd_per_day = 1.0\n"));
  const Fields mine = {{"x-api-key", key}};
  const Json decision = ask({{"task", "t"}}, mine);
  report(decision, {{"status", 200}, {"cost_usd", 2}}, mine);
  const Json refused = ask({{"task", "t"}}, mine);
  EXPECT_EQ(refused["http"], 429);
  EXPECT_EQ(refused["error"]["code"], "budget_spent");
  EXPECT_EQ(ask({{"task", "t"}, {"preview", true}}, mine)["http"], 200)
      << "a preview costs nothing";
}

TEST_F(DecisionTest, a_decision_takes_a_request_of_the_keys_a_preview_and_a_report_none) {
  const std::string key = "sk-turnout-one";
  start(key_table("one", key, "requests_per_minute = 60\n"));  // ten at once
  const Fields mine = {{"x-api-key", key}};
  const Json first = ask({{"task", "t"}}, mine);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(ask({{"task", "t"}, {"preview", true}}, mine)["http"], 200);
    EXPECT_EQ(report(first, {{"status", 200}}, mine)["http"], 200);
  }
  EXPECT_EQ(ask({{"task", "t"}}, mine)["http"], 200);
  int limited = 0;
  for (int i = 0; i < 60; ++i) {
    const Json refused = ask({{"task", "t"}}, mine);
    if (refused["http"] == 200) continue;
    EXPECT_EQ(refused["error"]["code"], "rate_limit_exceeded");
    EXPECT_GE(std::stoi(refused["head"]["retry-after"].get<std::string>()), 1);
    ++limited;
  }
  EXPECT_GE(limited, 20) << "unless this took 30 s";
}

TEST_F(DecisionTest, the_shape_is_told_or_said_and_a_rung_that_cannot_serve_is_skipped) {
  start();
  const auto large = [](Json question) {
    question["escalate"] = true;
    return question;
  };
  const Json inner = Json::parse(chat("turnout/auto", "hello"));
  EXPECT_EQ(ask(large({{"request", inner}}))["model"], "large");
  EXPECT_EQ(ask(large({{"request", inner}, {"shape", "messages"}}))["model"], "mini")
      << "large speaks OpenAI's alone";
  EXPECT_EQ(ask(large({{"request", inner}, {"shape", "/v1/messages"}}))["model"], "mini");
  EXPECT_EQ(ask(large({{"request", inner}}), {{"anthropic-version", "2023-06-01"}})["model"],
            "mini");
  EXPECT_EQ(ask({{"input_tokens", 2000}})["reason"], "skipped; mini: context");
  EXPECT_EQ(ask(large({{"images", true}}))["model"], "mini");
  const Json responses = {{"model", "turnout/auto"}, {"input", "what is 17 times 23?"}};
  const Json first = ask({{"request", responses}, {"user", "ann"}});
  report(first);
  EXPECT_EQ(ask({{"request", responses}, {"user", "ann"}})["attempt"], 2);
}

TEST_F(DecisionTest, what_a_client_said_in_its_head_counts_by_head_and_by_headers) {
  start();
  const Json first = ask(request("a"), {{"x-claude-code-session-id", "s1"}});
  report(first);
  Json second = request("no, wrong!!");
  second["request"]["messages"] = {{{"role", "user"}, {"content", "a"}},
                                   {{"role", "assistant"}, {"content", "b"}},
                                   {{"role", "user"}, {"content", "no, wrong!!"}}};
  second["headers"] = {{"X-Claude-Code-Session-Id", "s1"}};
  const Json said = ask(second);
  EXPECT_EQ(said["task"], first["task"]);
  EXPECT_EQ(said["attempt"], 2);
}

TEST_F(DecisionTest, what_is_wrong_is_said_and_changes_nothing) {
  start();
  const Json inner = Json::parse(chat("turnout/auto", "hello"));
  const std::vector<Json> questions = {{{"usr", "ann"}},
                                       {{"user", 7}},
                                       {{"turn", 0}},
                                       {{"turn", 1.5}},
                                       {{"hold_s", 4000}},
                                       {{"helper", "yes"}},
                                       {{"shape", "embeddings"}},
                                       {{"messages", {"hash"}}},
                                       {{"messages", {{{"role", "user"}}}}},
                                       {{"headers", {{"x-turnout-user", 1}}}},
                                       {{"user", std::string(256, 'u')}},
                                       {{"request", inner}, {"model", "mini"}},
                                       {{"request", inner}, {"messages", Json::array()}},
                                       {{"request", {{"messages", Json::array()}}}},
                                       {{"request", "text"}}};
  for (const Json& question : questions) EXPECT_EQ(ask(question)["http"], 400) << question.dump();
  EXPECT_EQ(send("/v1/decision", "[]").reply().status, 400);
  EXPECT_EQ(send("/v1/decision", R"({"request":{"model":"mini"},"request":{"model":"large"}})")
                .reply()
                .status,
            400);
  EXPECT_EQ(ask({{"model", "gpt-99"}})["http"], 404);
  EXPECT_EQ(gateway_->tasks().size(), 0U);
  const Json open = ask({{"task", "t"}});
  const std::vector<Json> reports = {
      {{"status", 200}, {"latency", 3}},
      {{"latency_s", 3}},
      {{"status", 99}},
      {{"status", 200}, {"latency_s", -1}},
      {{"status", 200}, {"input_tokens", 5}},
      {{"status", 200}, {"outcome", "good"}},
      {{"status", 200}, {"input_tokens", 5}, {"output_tokens", 5}, {"cached_tokens", 6}}};
  for (const Json& said : reports) EXPECT_EQ(report(open, said)["http"], 400) << said.dump();
  EXPECT_EQ(report(open, {{"status", 200}, {"model", "gpt-99"}})["http"], 404);
  EXPECT_EQ(post("/v1/passes", {{"task", "t"}, {"status", 200}})["http"], 400);
  EXPECT_EQ(report(open)["recorded"], true) << "the decision is still open";
}

}  // namespace
}  // namespace turnout::gateway
