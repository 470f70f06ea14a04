#include "turnout/gateway/live.h"

#include <gtest/gtest.h>

#include <optional>

#include "gateway_fixture.h"

namespace turnout::gateway {
namespace {

/// A gateway that is watched.
class Live : public CallTest {
 protected:
  Live() { start(); }

  http::Reply get(const std::string& target, const std::string& accept = "text/event-stream") {
    const auto sent =
        CallTest::send(target, "", {{"Host", "127.0.0.1"}, {"Accept", accept}}, "GET");
    return sent.reply();
  }
  Json now() { return Json::parse(get("/v1/turnout/live?once").body); }
  void serve(const std::string& words, int status = 200) {
    auto sent = CallTest::send("/v1/chat/completions", chat("turnout/auto", words),
                               {{"Host", "127.0.0.1"}});
    answer(sent, status);
  }
};

TEST_F(Live, counts_what_is_served_by_model_attempt_and_rule) {
  const auto before = now();
  EXPECT_EQ(before["schema"], "turnout/live/1");
  EXPECT_EQ(before["models"][0]["passes"], Json({0, 0, 0, 0}));
  EXPECT_EQ(before["policy"]["text"], "mini,large");
  EXPECT_EQ(before["policy"]["proposed"], nullptr);
  serve("how many legs has a spider");
  serve("how many legs has a spider");
  serve("where do snails go when it is cold");
  const auto after = now();
  EXPECT_EQ(after["models"][0]["model"], "mini");
  EXPECT_EQ(after["models"][0]["passes"], Json({2, 0, 0, 0}));
  EXPECT_EQ(after["models"][1]["passes"], Json({0, 1, 0, 0}));
  EXPECT_NEAR(after["models"][0]["cost_usd"].get<double>(), 2 * (100e-6 + 50 * 2e-6), 1e-12);
  EXPECT_EQ(after["matches"]["new_task"], 2);
  EXPECT_EQ(after["matches"]["certain"], 1);
  EXPECT_EQ(after["open_tasks"], 2);
  EXPECT_EQ(after["store"]["state"], "ok");
  EXPECT_EQ(after["started_at"], before["started_at"]);
}

TEST_F(Live, says_what_is_proposed_and_which_upstreams_are_kept_from) {
  CallTest::send("/v1/turnout/policies", Json{{"text", "mini"}}.dump(), {{"Host", "127.0.0.1"}});
  EXPECT_EQ(now()["policy"]["proposed"], 2);
  auto& breaker = (*gateway_->setup()->breakers)[1];
  for (int i = 0; i < Breaker::kFailures; ++i) breaker.failed(gateway_->clock().now_us());
  const auto upstreams = now()["upstreams"];
  EXPECT_EQ(upstreams[0], Json({{"upstream", "a"}, {"state", "ok"}}));
  EXPECT_EQ(upstreams[1], Json({{"upstream", "b"}, {"state", "open"}}));
}

TEST_F(Live, streams_an_event_at_once_and_one_a_second_then) {
  auto reply = get("/v1/turnout/live");
  ASSERT_TRUE(reply.more);
  const auto first = reply.more();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->after_us, 0);
  EXPECT_TRUE(first->bytes.starts_with("data: {\"schema\":\"turnout/live/1\""));
  EXPECT_TRUE(first->bytes.ends_with("}\n\n"));
  EXPECT_EQ(first->bytes.find('\n'), first->bytes.size() - 2) << "an event is one line";
  EXPECT_EQ(reply.more()->after_us, LiveFeed::kEvery);
}

TEST_F(Live, only_so_many_may_watch_and_who_leaves_makes_room) {
  std::vector<http::Reply> watching;
  for (long i = 0; i < LiveFeed::kMostWatchers; ++i) watching.push_back(get("/v1/turnout/live"));
  EXPECT_EQ(watching.back().status, 200);
  EXPECT_EQ(get("/v1/turnout/live").status, 503);
  EXPECT_EQ(get("/v1/turnout/live?once").status, 200);
  watching.pop_back();
  EXPECT_EQ(get("/v1/turnout/live").status, 200);
}

TEST_F(Live, a_stream_ends_when_keys_are_read_again_and_not_for_another_policy) {
  auto reply = get("/v1/turnout/live");
  gateway_->enforce();
  EXPECT_TRUE(reply.more());
  auto setup = make_setup(read_config(kConfig, "test.toml").value(), 77).value();
  setup->origins = {10, 11};
  ASSERT_TRUE(gateway_->replace(setup));
  EXPECT_FALSE(reply.more());
}

TEST_F(Live, lists_the_tasks_that_began_last_as_receipts) {
  serve("how many legs has a spider");
  serve("where do snails go when it is cold");
  serve("how many legs has a spider");
  const auto list = Json::parse(get("/v1/turnout/tasks").body);
  EXPECT_EQ(list["schema"], "turnout/tasks/1");
  ASSERT_EQ(list["tasks"].size(), 2U);
  EXPECT_EQ(list["tasks"][0]["attempts"].size(), 1U) << "the snails' began last";
  EXPECT_EQ(list["tasks"][1]["attempts"].size(), 2U);
  const auto id = list["tasks"][1]["task"].get<std::string>();
  EXPECT_EQ(list["tasks"][1], Json::parse(get("/v1/turnout/tasks/" + id).body));
  EXPECT_EQ(Json::parse(get("/v1/turnout/tasks?limit=1").body)["tasks"].size(), 1U);
  for (const char* wrong : {"0", "201", "x", "1x", ""})
    EXPECT_EQ(get("/v1/turnout/tasks?limit=" + std::string(wrong)).status, 400) << wrong;
}

TEST_F(Live, no_more_tasks_are_listed_than_are_kept_in_mind) {
  for (std::size_t i = 0; i < OpenTasks::kListed + 5; ++i)
    serve(std::string(1 + i % 7, static_cast<char>('a' + i % 26)) + std::to_string(i * 7919));
  const auto tasks = gateway_->tasks().latest(OpenTasks::kListed);
  EXPECT_EQ(tasks.size(), std::min(OpenTasks::kListed, gateway_->tasks().size()));
  for (std::size_t i = 1; i < tasks.size(); ++i)
    EXPECT_GE(tasks[i - 1].began_us, tasks[i].began_us);
}

TEST_F(Live, a_page_answers_what_is_no_endpoint) {
  EXPECT_EQ(get("/console/").status, 404);
  gateway_->show([](const http::RequestHead& head) -> std::optional<http::Reply> {
    http::Reply reply;
    reply.body = "page";
    return head.target == "/console/" || head.target == "/healthz" ? std::optional(reply)
                                                                   : std::nullopt;
  });
  EXPECT_EQ(get("/console/").body, "page");
  EXPECT_EQ(get("/healthz").body, "ok\n");
  EXPECT_EQ(get("/consoles").status, 404);
}

}  // namespace
}  // namespace turnout::gateway
