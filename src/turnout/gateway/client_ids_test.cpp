#include "turnout/gateway/client_ids.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace turnout::gateway {
namespace {

constexpr Caller kCaller{.seed = 5};

/// What lines of a head say, beside a body.
struct Told {
  ClientSays says;
  traffic::Request request;
};
Told tell(const std::vector<std::pair<std::string, std::string>>& lines, ChatRequest chat = {},
          const Caller& caller = kCaller) {
  std::vector<http::FieldView> fields;
  for (const auto& [name, value] : lines) fields.push_back({name, value});
  const ClientSays says = read_client_ids(fields, caller, chat);
  return {says, chat.request};
}

std::uint64_t id(std::string_view text) { return id_number(kCaller.seed, text); }

TEST(ClientIds, turnouts_own_lines_say_everything) {
  const Told told = tell({{"X-Turnout-User", "u"},
                          {"x-turnout-conversation", "c"},
                          {"X-TURNOUT-TASK", "t"},
                          {"X-Turnout-Message", "m"},
                          {"X-Turnout-Parent", "p"},
                          {"X-Turnout-Prompt", "r"},
                          {"Idempotency-Key", "i"}});
  EXPECT_EQ(told.request.person, id("u"));
  EXPECT_EQ(told.request.conversation, id("c"));
  EXPECT_EQ(told.request.task, id("t"));
  EXPECT_EQ(told.request.message, id("m"));
  EXPECT_EQ(told.request.parent, id("p"));
  EXPECT_EQ(told.request.prompt, id("r"));
  EXPECT_EQ(told.request.call, id("i"));
  EXPECT_FALSE(told.request.helper || told.request.agent || told.says.subagent);
}

TEST(ClientIds, ids_hold_within_a_key_and_are_not_too_long) {
  EXPECT_NE(id_number(1, "u"), id_number(2, "u"));
  EXPECT_NE(id_number(1, std::string(255, 'x')), 0U);
  EXPECT_EQ(id_number(1, std::string(256, 'x')), 0U);
  EXPECT_EQ(id_number(1, ""), 0U);
  EXPECT_EQ(tell({{"X-Turnout-Task", std::string(256, 'x')}}).request.task, 0U);
  EXPECT_EQ(tell({}).request.person, 0U);
  const Caller one{.seed = 5, .one_person = true, .batch = true};
  EXPECT_NE(tell({}, {}, one).request.person, 0U);
  EXPECT_TRUE(tell({}, {}, one).request.batch);
}

TEST(ClientIds, claude_code_names_session_prompt_agent_and_class) {
  const auto with = [](const char* name, const char* value) {
    return tell(
        {{"x-claude-code-session-id", "s"}, {"x-claude-code-prompt-id", "p"}, {name, value}});
  };
  const Told main = with("x-claude-code-request-class", "main");
  EXPECT_EQ(main.request.conversation, id("s"));
  EXPECT_EQ(main.request.prompt, id("p"));
  EXPECT_FALSE(main.request.helper);
  EXPECT_TRUE(with("x-claude-code-request-class", "compaction").request.helper);
  EXPECT_TRUE(with("x-claude-code-request-class", "auxiliary").request.helper);
  EXPECT_FALSE(with("x-claude-code-request-class", "auxiliary").says.subagent);
  EXPECT_TRUE(with("x-claude-code-request-class", "subagent").says.subagent);
  const Told agent = with("x-claude-code-agent-id", "a");
  EXPECT_TRUE(agent.says.subagent && agent.request.helper);
  EXPECT_EQ(agent.request.prompt, id("p")) << "the parent's: its pass pays";
}

TEST(ClientIds, codex_names_its_turn_in_the_head_or_in_the_body) {
  const std::string turn =
      R"({"turn_id": "t1", "root_turn_id":"t0","request_kind":"turn","sandbox":"none"})";
  const Told head =
      tell({{"session-id", "s"}, {"thread-id", "h"}, {"x-codex-turn-metadata", turn}});
  EXPECT_EQ(head.request.prompt, id("t1"));
  EXPECT_EQ(head.request.conversation, id("h"));
  EXPECT_FALSE(head.request.helper);
  ChatRequest body;
  body.turn_metadata = turn;
  body.cache_key = "019a2b3c-0000-7000-8000-0123456789ab";
  const Told told = tell({}, body);
  EXPECT_EQ(told.request.prompt, id("t1"));
  EXPECT_EQ(told.request.conversation, id(body.cache_key));
  for (const char* kind : {"prewarm", "compaction", "memory"})
    EXPECT_TRUE(tell({{"x-codex-turn-metadata",
                       std::string(R"({"turn_id":"t","request_kind":")") + kind + "\"}"}})
                    .request.helper)
        << kind;
  const Told review = tell({{"x-openai-subagent", "review"},
                            {"session-id", "s"},
                            {"thread-id", "h2"},
                            {"x-codex-turn-metadata", turn}});
  EXPECT_TRUE(review.says.subagent && review.request.helper);
  EXPECT_EQ(review.request.prompt, id("t0")) << "the root's turn pays";
  EXPECT_EQ(review.request.conversation, id("s"));
  const Told compact = tell({{"x-openai-subagent", "compact"}});
  EXPECT_TRUE(compact.request.helper);
  EXPECT_FALSE(compact.says.subagent);
}

TEST(ClientIds, a_session_of_any_vendor_is_a_conversation) {
  for (const char* name : {"x-session-id", "X-Session-Affinity", "x-acme-session-id", "session_id",
                           "x-conversation-id"})
    EXPECT_EQ(tell({{name, "s"}}).request.conversation, id("s")) << name;
  EXPECT_EQ(tell({{"x-session-id", "s"}, {"X-Turnout-Conversation", "c"}}).request.conversation,
            id("c"));
  ChatRequest cline;
  cline.session = "cline-1";
  EXPECT_EQ(tell({}, cline).request.conversation, id("cline-1"));
  ChatRequest shared;
  shared.cache_key = "support-bot-v3";
  EXPECT_EQ(tell({}, shared).request.conversation, 0U) << "a key of a cache that many share";
  const Told child = tell({{"x-session-id", "child"}, {"x-parent-session-id", "parent"}});
  EXPECT_TRUE(child.says.subagent && child.request.helper);
  EXPECT_EQ(child.request.conversation, id("parent"));
}

TEST(ClientIds, templates_that_nothing_was_put_into_say_nothing) {
  for (const char* nothing : {"", "None", "null", "undefined", "{{TASK}}"}) {
    const Told told = tell({{"X-OpenWebUI-Chat-Id", "c"},
                            {"X-OpenWebUI-User-Id", "u"},
                            {"X-Turnout-Helper", nothing},
                            {"X-Turnout-Message", nothing}});
    EXPECT_FALSE(told.request.helper) << nothing;
    EXPECT_EQ(told.request.message, 0U) << nothing;
    EXPECT_EQ(told.request.conversation, id("c"));
    EXPECT_EQ(told.request.person, id("u"));
  }
  EXPECT_TRUE(tell({{"X-Turnout-Helper", "title_generation"}}).request.helper);
}

TEST(ClientIds, the_first_messages_of_two_conversations_have_two_parents) {
  const auto first = [](const char* chat, const char* parent) {
    return tell({{"X-OpenWebUI-Chat-Id", chat}, {"X-Turnout-Parent", parent}}).request.parent;
  };
  EXPECT_NE(first("a", ""), 0U);
  EXPECT_EQ(first("a", ""), first("a", "00000000-0000-0000-0000-000000000000"));
  EXPECT_NE(first("a", ""), first("b", ""));
  EXPECT_EQ(tell({{"X-Turnout-Parent", ""}}).request.parent, 0U);
  EXPECT_EQ(first("a", "{{USER_MESSAGE_PARENT_ID}}"), 0U);
}

TEST(ClientIds, retries_and_initiators) {
  EXPECT_EQ(tell({{"X-Stainless-Retry-Count", "2"}}).request.retries, 2);
  for (const char* count : {"0", "", "-1", "x", "2x", "99999999999999999999"})
    EXPECT_EQ(tell({{"x-stainless-retry-count", count}}).request.retries, 0) << count;
  EXPECT_TRUE(tell({{"X-Initiator", "agent"}}).request.agent);
  EXPECT_FALSE(tell({{"X-Initiator", "user"}}).request.agent);
}

TEST(ClientIds, an_answer_is_the_parent_of_who_goes_on_from_it) {
  ChatRequest chat;
  chat.previous_response = "resp_1";
  EXPECT_EQ(tell({}, chat).request.parent, id("resp_1"));
}

}  // namespace
}  // namespace turnout::gateway
