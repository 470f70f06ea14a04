#include "turnout/gateway/policy_endpoints.h"

#include <gtest/gtest.h>

#include "gateway_fixture.h"

namespace turnout::gateway {
namespace {

constexpr const char* kControl = "[control]\nmode = \"propose\"\npenalty_usd = 0.5\n";

/// A gateway whose policies are asked for and changed.
class PolicyEndpoints : public CallTest {
 protected:
  PolicyEndpoints() { start(kControl); }

  static std::shared_ptr<gateway::Setup> setup_of(const std::string& config) {
    auto setup = make_setup(read_config(config + kControl, "test.toml").value(), 7).value();
    setup->origins = {10, 11};
    return setup;
  }

  struct Answer {
    int status = 0;
    Json body;
    std::string etag;
  };
  Answer send(std::string_view method, const std::string& path, const std::string& body = "",
              const std::string& if_match = "") {
    std::vector<http::FieldView> fields = {{"Host", "127.0.0.1"}};
    if (!if_match.empty()) fields.push_back({"If-Match", if_match});
    const auto sent = CallTest::send(path, body, fields, method);
    const auto& reply = sent.reply();
    Answer answer{reply.status, Json::parse(reply.body), ""};
    for (const auto& field : reply.fields) {
      if (field.name == "ETag") answer.etag = field.value;
    }
    return answer;
  }
  Answer show() { return send("GET", "/v1/turnout/policies"); }
  Answer propose(const std::string& text) {
    return send("POST", "/v1/turnout/policies", Json{{"text", text}, {"reason", "cheaper"}}.dump());
  }
};

TEST_F(PolicyEndpoints, an_approved_proposal_serves_tasks_that_begin_then) {
  const auto proposed = propose("mini");
  EXPECT_EQ(proposed.status, 200);
  EXPECT_EQ(proposed.body["proposal"]["text"], "mini");
  EXPECT_EQ(proposed.body["proposal"]["by"], "operator");
  EXPECT_EQ(gateway_->setup()->policy->policy.text(), "mini,large");
  const auto approved = send("POST", "/v1/turnout/policies/approve", "", proposed.etag);
  EXPECT_EQ(approved.status, 200);
  EXPECT_EQ(approved.body["in_force"]["text"], "mini");
  EXPECT_EQ(approved.body["in_force"]["enforced_by"], "operator");
  EXPECT_EQ(gateway_->setup()->policy->policy.text(), "mini");
  const auto back = send("POST", "/v1/turnout/policies/rollback", "{}", approved.etag);
  EXPECT_EQ(back.status, 200);
  EXPECT_EQ(gateway_->setup()->policy->policy.text(), "mini,large");
  EXPECT_EQ(back.body["history"][0]["state"], "rolled_back");
}

TEST_F(PolicyEndpoints, a_change_names_the_version_that_it_has_seen) {
  const auto seen = show().etag;
  propose("mini");
  EXPECT_EQ(send("POST", "/v1/turnout/policies/approve").status, 428);
  EXPECT_EQ(send("POST", "/v1/turnout/policies/approve", "", seen).status, 412);
  EXPECT_EQ(send("POST", "/v1/turnout/policies/approve", "", "\"x\"").status, 412);
  EXPECT_EQ(gateway_->setup()->policy->policy.text(), "mini,large");
  EXPECT_EQ(send("POST", "/v1/turnout/policies/approve", "", "*").status, 200);
  EXPECT_EQ(send("POST", "/v1/turnout/policies/approve", "", "*").status, 409);
}

TEST_F(PolicyEndpoints, what_cannot_be_done_is_said) {
  EXPECT_EQ(propose("huge").status, 400);
  EXPECT_EQ(send("POST", "/v1/turnout/policies", "{").status, 400);
  EXPECT_EQ(send("POST", "/v1/turnout/policies/rollback", R"({"number":9})", "*").status, 404);
  EXPECT_EQ(send("POST", "/v1/turnout/policies/rollback", R"({"number":"9"})", "*").status, 400);
  EXPECT_EQ(send("POST", "/v1/turnout/policies/rollback", "", "*").status, 409);
  EXPECT_EQ(send("POST", "/v1/turnout/policies/delete", "", "*").status, 404);
}

TEST_F(PolicyEndpoints, only_a_key_of_an_operator_sees_and_changes_policies) {
  std::array<std::uint8_t, 32> random{};
  const auto user = gateway::new_key(random);
  random[0] = 1;
  const auto admin = gateway::new_key(random);
  start(kControl + key_entry_text("team", user) + key_entry_text("ops", admin) + "admin = true\n");
  const auto status = [&](const std::string& key, std::string_view method) {
    const std::string bearer = "Bearer " + key;
    return CallTest::send("/v1/turnout/policies", R"({"text":"mini"})", {{"Authorization", bearer}},
                          method)
        .reply()
        .status;
  };
  EXPECT_EQ(status("wrong", "GET"), 401);
  EXPECT_EQ(status(user, "GET"), 403);
  EXPECT_EQ(status(user, "POST"), 403);
  EXPECT_EQ(gateway_->policies().record().proposal(), nullptr);
  EXPECT_EQ(status(admin, "GET"), 200);
  EXPECT_EQ(status(admin, "POST"), 200);
  EXPECT_EQ(gateway_->policies().record().proposal()->by, "ops");
}

TEST_F(PolicyEndpoints, the_loop_is_asked_to_look_and_what_it_said_is_shown) {
  EXPECT_FALSE(gateway_->control().take_ask());
  EXPECT_EQ(send("POST", "/v1/turnout/policies").status, 202);
  EXPECT_TRUE(gateway_->control().take_ask());
  gateway_->control().note({1'000'000, 12, false, {"Too few tasks."}});
  const auto shown = show().body;
  EXPECT_EQ(shown["last_look"]["reasons"][0], "Too few tasks.");
  EXPECT_EQ(shown["last_look"]["at"], "1970-01-01T00:00:01.000000Z");
}

TEST_F(PolicyEndpoints,
       a_configuration_read_again_leaves_an_approved_policy_unless_it_says_another) {
  propose("mini");
  send("POST", "/v1/turnout/policies/approve", "", "*");
  ASSERT_TRUE(gateway_->replace(setup_of(kConfig)));
  EXPECT_EQ(gateway_->setup()->policy->policy.text(), "mini");
  std::string other = kConfig;
  other.replace(other.find("mini,large"), 10, "large");
  ASSERT_TRUE(gateway_->replace(setup_of(other)));
  EXPECT_EQ(gateway_->setup()->policy->policy.text(), "large");
  EXPECT_EQ(show().body["in_force"]["by"], "configuration");
}

TEST_F(PolicyEndpoints, a_gateway_that_starts_again_serves_what_was_approved) {
  const std::string path = folder_.path() + "/turnout.policies";
  ASSERT_TRUE(gateway_->remember_policies(path));
  propose("mini");
  send("POST", "/v1/turnout/policies/approve", "", "*");
  Gateway next(setup_of(kConfig), *recorder_);
  ASSERT_TRUE(next.remember_policies(path));
  EXPECT_EQ(next.setup()->policy->policy.text(), "mini");
}

}  // namespace
}  // namespace turnout::gateway
