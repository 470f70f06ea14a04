#include "turnout/mapping/recognise_log.h"

#include <gtest/gtest.h>

namespace turnout::mapping {
namespace {

std::string map_of(const std::string& text, bool is_csv = false) {
  const auto found = recognise_log(text, is_csv);
  return found ? found->map : "? " + found.error().to_string();
}

TEST(RecogniseLog, known_formats_are_told_by_their_keys_in_every_wrapping) {
  const std::string own =
      R"({"task_id":"a","attempt":1,"model":"m","started_at":"2026-01-01T00:00:00Z","latency_s":1})";
  const std::string litellm = R"({"request_id":"r","call_type":"acompletion","startTime":"x"})";
  const std::string langfuse = R"({"id":"o","traceId":"t","type":"SPAN","startTime":"x"})";
  const std::string score = R"({"id":"o","trace_id":"t","name":"user-feedback","value":1})";
  EXPECT_EQ(map_of(own + "\n"), "");
  EXPECT_EQ(map_of("[" + own + "]"), "");
  EXPECT_EQ(map_of("task_id,attempt,model,started_at,latency_s\na,1,m,x,1\n", true), "");
  EXPECT_EQ(map_of(litellm), "litellm");
  EXPECT_EQ(map_of("[" + litellm), "litellm") << "cut off where looking ended";
  EXPECT_EQ(map_of("request_id,call_type,startTime\nr,\"a\nb\",x\n", true), "litellm");
  EXPECT_EQ(map_of("{\"data\": [\n" + langfuse + "], \"meta\": {}}"), "langfuse");
  EXPECT_EQ(map_of(score), "langfuse");
  EXPECT_EQ(map_of(R"({"resourceSpans":[]})"), "opentelemetry");
  EXPECT_EQ(recognise_log("[" + litellm + "]", false)->taken(),
            "taken for LiteLLM's spend logs (a JSON array): read by --map litellm");
}

TEST(RecogniseLog, another_format_is_told_what_was_seen_and_what_a_map_needs) {
  EXPECT_EQ(
      map_of("model,created_at,duration_ms,prompt\nm,1,2,hello\n", true),
      "? is no log that turnout knows: CSV with model, created_at, duration_ms, prompt; a --map "
      "FILE.toml says where model, started_at and latency_s (or ended_at) are "
      "(docs/formats.md, Maps); perhaps model = \"/model\", started_at = \"/created_at\", "
      "latency_s = { at = \"/duration_ms\", times = 0.001 }, messages = \"/prompt\"");
  EXPECT_EQ(map_of("task_id;attempt;model\na;1;m\n", true),
            "? its columns are parted by semicolons, CSV's by commas");
  EXPECT_EQ(map_of("task_id;attempt;policy_id\na;1;x,y\n", true),
            "? its columns are parted by semicolons, CSV's by commas");
  EXPECT_NE(map_of("\xff\xfe{").find("UTF-16"), std::string::npos);
  EXPECT_NE(map_of("PK\x03\x04...", true).find("Excel"), std::string::npos);
  EXPECT_NE(map_of("SQLite format 3").find("sqlite:FILE"), std::string::npos);
}

TEST(RecogniseLog, csv_is_told_by_its_header_alone) {
  EXPECT_EQ(map_of("\xef\xbb\xbfrequest_id,call_type,\"startTime\"\n", true), "litellm");
}

TEST(RecogniseLog, what_holds_no_row_is_left_to_the_reader_to_judge) {
  for (const char* text : {"", "\n", "{", "7", "{}", "[]"}) EXPECT_EQ(map_of(text), "") << text;
}

}  // namespace
}  // namespace turnout::mapping
