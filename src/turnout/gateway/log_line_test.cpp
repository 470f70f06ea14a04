#include "turnout/gateway/log_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace turnout::gateway {
namespace {

using Json = nlohmann::json;

CallLine call() {
  CallLine call;
  call.ended_us = 1'764'241'200'500'000;
  call.duration_us = 1'250'000;
  call.first_token_us = 250'000;
  call.status = 200;
  call.request_model = "turnout/auto";
  call.response_model = "gpt-4.1-mini-2025-04-14";
  call.provider = "openai";
  call.model = "mini";
  call.input_tokens = 12;
  call.output_tokens = 0;
  call.cost_usd = 0.00008;
  call.task = "tabc";
  call.policy = "p-1";
  call.reason = "skipped; mini: context";
  call.rule = "new_task";
  call.attempt = 2;
  call.tries = 1;
  call.key = "team-a";
  call.person = 0xab;
  call.trace = {"4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"};
  return call;
}

TEST(LogLine, a_request_is_one_object_by_the_names_of_opentelemetry) {
  const std::string line = line_of(call(), LogFormat::kJson);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const Json expected = {{"time", "2025-11-27T11:00:00.500000Z"},
                         {"severity", "INFO"},
                         {"message", "request"},
                         {"gen_ai.operation.name", "chat"},
                         {"gen_ai.provider.name", "openai"},
                         {"gen_ai.request.model", "turnout/auto"},
                         {"gen_ai.response.model", "gpt-4.1-mini-2025-04-14"},
                         {"http.response.status_code", 200},
                         {"gen_ai.usage.input_tokens", 12},
                         {"gen_ai.usage.output_tokens", 0},
                         {"gen_ai.server.request.duration", 1.25},
                         {"gen_ai.server.time_to_first_token", 0.25},
                         {"turnout.shape", "chat"},
                         {"turnout.model", "mini"},
                         {"turnout.task", "tabc"},
                         {"turnout.attempt", 2},
                         {"turnout.rule", "new_task"},
                         {"turnout.reason", "skipped; mini: context"},
                         {"turnout.policy", "p-1"},
                         {"turnout.tries", 1},
                         {"turnout.cost_usd", 0.00008},
                         {"turnout.key", "team-a"},
                         {"turnout.user", "u-aaaaaaaaaaafl"},
                         {"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"},
                         {"span_id", "00f067aa0ba902b7"}};
  EXPECT_EQ(Json::parse(line), expected);
}

TEST(LogLine, what_is_not_known_is_not_there) {
  CallLine nobody;
  nobody.shape = Shape::kEmbeddings;
  nobody.error = "client_gone";
  const Json line = Json::parse(line_of(nobody, LogFormat::kJson));
  EXPECT_EQ(line, (Json{{"time", "1970-01-01T00:00:00.000000Z"},
                        {"severity", "INFO"},
                        {"message", "request"},
                        {"gen_ai.operation.name", "embeddings"},
                        {"turnout.shape", "embeddings"},
                        {"error.type", "client_gone"},
                        {"gen_ai.server.request.duration", 0.0}}));
}

TEST(LogLine, text_quotes_what_has_spaces_alone) {
  const std::string line = line_of(call(), LogFormat::kText);
  EXPECT_NE(line.find(" gen_ai.request.model=turnout/auto "), std::string::npos) << line;
  EXPECT_NE(line.find(" turnout.reason=\"skipped; mini: context\" "), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(LogLine, nothing_that_others_say_breaks_a_line) {
  CallLine odd = call();
  odd.response_model = "a\"b\\c\nd\x01\xff";
  EXPECT_EQ(Json::parse(line_of(odd, LogFormat::kJson))["gen_ai.response.model"], "a\"b\\c?d??");
  const std::string text = line_of(odd, LogFormat::kText);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_NE(text.find("gen_ai.response.model=\"a\\\"b\\\\c?d??\" "), std::string::npos) << text;
}

TEST(LogLine, states_are_said_as_before_or_in_json) {
  const StateLine state{0, true, "passes wait in the spill file: \"x\""};
  EXPECT_EQ(line_of(state, LogFormat::kNone), "turnout: passes wait in the spill file: \"x\"\n");
  const Json line = Json::parse(line_of(state, LogFormat::kJson));
  EXPECT_EQ(line["severity"], "WARN");
  EXPECT_EQ(line["message"], state.text);
}

TEST(LogLine, only_a_sound_traceparent_is_one) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string span = "00f067aa0ba902b7";
  const std::string sound = "00-" + trace + "-" + span + "-01";
  EXPECT_EQ(read_traceparent(sound).trace_id, trace);
  EXPECT_EQ(read_traceparent(sound).span_id, span);
  EXPECT_EQ(read_traceparent("01-" + trace + "-" + span + "-01-more").trace_id, trace);
  for (const std::string& bad :
       {std::string(), sound + "0", sound + "-more", "ff-" + trace + "-" + span + "-01",
        "00-" + std::string(32, '0') + "-" + span + "-01",
        "00-" + trace + "-" + std::string(16, '0') + "-01", "00-" + trace + "_" + span + "-01",
        "00-4BF92F3577b34da6a3ce929d0e0e4736-" + span + "-01", sound.substr(0, 54)})
    EXPECT_EQ(read_traceparent(bad).trace_id, "") << bad;
}

}  // namespace
}  // namespace turnout::gateway
