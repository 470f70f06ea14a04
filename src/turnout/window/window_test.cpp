#include "turnout/window/window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace turnout::window {
namespace {

using nlohmann::json;

Window window() { return Window({example_scenario(), "127.0.0.1"}); }

/// The answer to a GET, worked out at once.
http::Reply ask(const Window& asked, std::string_view target,
                const base::Cancellation& cancellation = {}) {
  http::RequestHead head;
  head.method = "GET";
  head.target = target;
  head.fields = {{"Host", "127.0.0.1:8090"}};
  auto answer = asked.answer(head);
  if (auto* reply = std::get_if<http::Reply>(&answer)) return std::move(*reply);
  return std::get<Window::Work>(answer).answer(cancellation);
}

std::string code_of(const http::Reply& reply) {
  return json::parse(reply.body)["error"]["code"].get<std::string>();
}

constexpr std::size_t kPoints = 128;
constexpr const char* kMap = "/v1/explore/map?x=P=0:0.5&y=c2=0.002:0.2:log&size=16x8&format=";

TEST(Window, answers_questions_about_its_own_scenario_and_another) {
  WindowOptions options{example_scenario(), "127.0.0.1"};
  options.scenario.settings = {"P=0.7"};
  const Window own(options);
  const auto penalty = [&](const char* target) {
    return json::parse(ask(own, target).body)["game"]["churn_penalty"].get<double>();
  };
  EXPECT_EQ(penalty("/v1/explore/solve"), 0.7);
  EXPECT_EQ(penalty("/v1/explore/solve?set=P%3D2"), 2);
  const std::string other =
      "/v1/explore/plan?scenario=[user]%0Avalue=1%0A[provider]%0Achurn_penalty=3%0A"
      "[[model]]%0Aname=%22a%22%0Asuccess=0.5%0Alatency=0%0Acost=1";
  EXPECT_EQ(penalty(other.c_str()), 3) << "settings are of the own scenario alone";
}

TEST(Window, a_setting_leads_to_a_file_that_has_it) {
  const auto asked = window();
  const auto plain = json::parse(ask(asked, "/v1/explore/scenario").body);
  EXPECT_EQ(plain["toml"].get<std::string>(), example_scenario().text);
  const auto set = json::parse(ask(asked, "/v1/explore/scenario?set=P%3D0.25").body);
  EXPECT_EQ(set["game"]["churn_penalty"].get<double>(), 0.25);
  EXPECT_NE(set["toml"].get<std::string>().find("churn_penalty = 0.25"), std::string::npos);
}

TEST(Window, cells_are_a_byte_a_point_or_a_float) {
  const auto asked = window();
  const auto drawn = json::parse(ask(asked, kMap + std::string("json")).body);
  const auto cells = ask(asked, kMap + std::string("cells"));
  EXPECT_EQ(cells.body.size(), kPoints);
  const auto legend = json::parse(ask(asked, kMap + std::string("legend")).body);
  for (const auto& region : legend["regions"]) {
    const auto first = cells.body.find(static_cast<char>(region["cell"].get<int>()));
    ASSERT_NE(first, std::string::npos);
    EXPECT_EQ(drawn["routes"][first / 16][first % 16], region["name"]);
  }
  const auto costs = ask(asked, kMap + std::string("cells&show=cost"));
  ASSERT_EQ(costs.body.size(), kPoints * sizeof(float));
  float first = 0;
  std::memcpy(&first, costs.body.data(), sizeof first);
  const auto values = json::parse(ask(asked, kMap + std::string("json&show=cost")).body)["values"];
  EXPECT_EQ(first, values[0][0].get<float>());
}

TEST(Window, long_json_is_compressed_for_who_takes_it) {
  const auto asked = window();
  const auto is_compressed = [&](const std::string& target) {
    http::RequestHead head;
    head.method = "GET";
    head.target = target;
    head.fields = {{"Host", "127.0.0.1:8090"}, {"Accept-Encoding", "br, gzip"}};
    auto answer = asked.answer(head);
    const auto* at_hand = std::get_if<http::Reply>(&answer);
    const auto reply = at_hand != nullptr ? *at_hand : std::get<Window::Work>(answer).answer({});
    return std::any_of(reply.fields.begin(), reply.fields.end(), [](const http::Field& field) {
      return field.name == "Content-Encoding" && field.value == "gzip";
    });
  };
  EXPECT_TRUE(is_compressed("/v1/explore/openapi.json"));
  EXPECT_TRUE(is_compressed("/v1/explore/response?points=100"));
  EXPECT_FALSE(is_compressed("/v1/explore/nothing"));
  EXPECT_FALSE(is_compressed(kMap + std::string("cells&show=cost")));
}

TEST(Window, what_a_question_is_to_blame_for_is_400_in_the_programs_words) {
  const auto asked = window();
  for (const char* target :
       {"solve?set=Q%3D1", "solve?margn=1", "map", "map?x=P=0:1&y=P=0:2", "response?points=1",
        "plan?nodes=0", "solve?scenario=x", "solve?scenario=a&scenario=b", "solve?set=%"}) {
    const auto reply = ask(asked, "/v1/explore/" + std::string(target));
    EXPECT_EQ(reply.status, 400) << target;
  }
  EXPECT_EQ(code_of(ask(asked, "/v1/explore/solve?set=P%3Dx")), "malformed_input");
  EXPECT_EQ(code_of(ask(asked, "/v1/explore/solve?set=p1%3D2")), "invalid_value");
}

TEST(Window, a_query_names_no_file) {
  std::string target = "/v1/explore/plan?scenario=[difficulty]%0Aoutcomes=%22/etc/hostname%22";
  EXPECT_EQ(code_of(ask(window(), target)), "unsupported");
}

TEST(Window, gives_up_what_nobody_waits_for_and_what_takes_too_long) {
  const std::atomic<bool> gone = true;
  const auto asked = window();
  const auto left = ask(asked, kMap + std::string("cells"), base::Cancellation(gone));
  EXPECT_EQ(left.status, 503);
  EXPECT_EQ(code_of(left), "cancelled");
  WindowOptions options{example_scenario(), "127.0.0.1"};
  options.longest = std::chrono::seconds(0);
  EXPECT_EQ(ask(Window(options), kMap + std::string("cells")).status, 503);
}

TEST(Window, takes_only_so_much_work) {
  std::atomic<bool> done = false;
  auto asked = window();
  const auto given_up = std::make_shared<std::atomic<bool>>(false);
  const Window::Work slow{[&](const base::Cancellation&) {
                            while (!done) std::this_thread::yield();
                            return http::Reply{};
                          },
                          Pace::kLong};
  std::size_t taken = 0;
  http::Step last;
  while (taken < 2 * Workers::kMostWaiting) {
    last = asked.begin(slow, given_up);
    if (std::holds_alternative<http::Reply>(last)) break;
    ++taken;
  }
  EXPECT_GE(taken, Workers::kMostWaiting);
  ASSERT_TRUE(std::holds_alternative<http::Reply>(last));
  EXPECT_EQ(std::get<http::Reply>(last).status, 503);
  done = true;
}

TEST(Window, is_known_by_its_own_names_alone) {
  for (const char* host : {"localhost", "LocalHost:1", "127.0.0.1:8090", "[::1]:8090", "[::1]"})
    EXPECT_TRUE(is_own_host(host, "127.0.0.1")) << host;
  for (const char* host : {"", "example.org", "localhost.example.org", "127.0.0.1.example.org",
                           "10.0.0.1:8090", "[::2]:8090", "[", "[::1", ":8090"})
    EXPECT_FALSE(is_own_host(host, "127.0.0.1")) << host;
  EXPECT_TRUE(is_own_host("explore.lan:8090", "explore.lan"));
  EXPECT_TRUE(is_own_host("10.0.0.1:8090", "0.0.0.0"));
  EXPECT_TRUE(is_own_host("[fe80::1]:8090", "::"));
  EXPECT_FALSE(is_own_host("example.org", "0.0.0.0")) << "a name may be made to mean any address";
}

}  // namespace
}  // namespace turnout::window
