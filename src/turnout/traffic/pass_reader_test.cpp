#include "turnout/traffic/pass_reader.h"
#include "turnout/traffic/row_lines.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <limits>

#include "turnout/traffic/pass_writer.h"

namespace turnout::traffic {
namespace {

Pass full_pass() {
  Pass pass;
  pass.task_id = "t\"1\\";
  pass.user_id = "ü,2";
  pass.attempt = 3;
  pass.model = "mini";
  pass.started_us = 1'767'225'600'123'456;
  pass.latency_s = 0.1;
  pass.ttft_s = 0.05;
  pass.input_tokens = 12;
  pass.output_tokens = 345;
  pass.cost_usd = -0.25;
  pass.outcome = Outcome::kFailure;
  pass.ending = Ending::kAbandoned;
  pass.policy_id = "p";
  pass.propensity = 0.25;
  return pass;
}

Pass plain_pass() {
  Pass pass;
  pass.task_id = "t2";
  pass.model = "large";
  pass.latency_s = 1;
  return pass;
}

struct Reading {
  std::vector<Pass> passes;
  RowCounts counts;
  std::string error;
};

Reading read_all(std::unique_ptr<PassReader> reader) {
  Reading reading;
  Pass pass;
  for (;;) {
    auto more = reader->next(pass);
    if (!more) reading.error = more.error().to_string();
    if (!more || !*more) break;
    reading.passes.push_back(pass);
  }
  reading.counts = reader->counts();
  return reading;
}
Reading read_json(const std::string& text) {
  return read_all(json_reader(ByteSource::over(text, "log.jsonl")));
}
Reading read_csv(const std::string& text) {
  return read_all(csv_reader(ByteSource::over(text, "log.csv")));
}

std::string json_of(const std::vector<Pass>& passes) {
  std::string text;
  for (const auto& pass : passes) append_json(text, pass);
  return text;
}

std::string gzip(const std::string& text) {
  std::string packed(text.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST(PassReader, reads_back_what_was_written_to_the_bit) {
  const std::vector<Pass> passes = {full_pass(), plain_pass()};
  EXPECT_EQ(read_json(json_of(passes)).passes, passes);
  std::string csv = csv_header();
  for (const auto& pass : passes) append_csv(csv, pass);
  EXPECT_EQ(read_csv(csv).passes, passes);
}

TEST(PassReader, keys_may_come_in_any_order_and_others_are_passed_over) {
  const auto reading = read_json(
      "{\"extra\": {\"latency_s\": [1, {}]}, \"latency_s\": 2, \"model\": \"m\", \"started_at\": "
      "\"2026-01-01 "
      "00:00:00+01:00\", \"attempt\": 1, \"task_id\": \"a\", \"cost_usd\": null}\r\n\n");
  ASSERT_EQ(reading.passes.size(), 1U) << reading.error;
  EXPECT_EQ(reading.passes[0].latency_s, 2);
  EXPECT_EQ(time_text(reading.passes[0].started_us), "2025-12-31T23:00:00.000000Z");
  EXPECT_FALSE(reading.passes[0].cost_usd);
}

TEST(PassReader, compressed_streams_are_told_by_their_first_bytes) {
  const std::vector<Pass> passes(5000, full_pass());
  const std::string text = json_of(passes);
  const std::string twice = gzip(text) + gzip(text);
  EXPECT_EQ(read_json(twice).passes.size(), 10'000U);
  std::string zstd(ZSTD_compressBound(text.size()), '\0');
  zstd.resize(ZSTD_compress(zstd.data(), zstd.size(), text.data(), text.size(), 3));
  EXPECT_EQ(read_json(zstd).passes.size(), 5000U);
  EXPECT_EQ(read_json(zstd + zstd).passes.size(), 10'000U);
  EXPECT_EQ(read_json(twice.substr(0, twice.size() - 9)).error,
            "log.jsonl: the compressed data are cut off");
  std::string damaged = gzip(text);
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  EXPECT_NE(read_json(damaged).error, "");
}

TEST(PassReader, a_row_that_is_no_pass_is_counted_by_reason_and_the_first_one_named) {
  const std::string good =
      R"("task_id":"a","attempt":1,"model":"m","started_at":"2026-01-01T00:00:00Z","latency_s":1)";
  const std::pair<std::string, Defect> bad[] = {
      {R"({"attempt":1})", Defect::kNoTask},
      {R"({"task_id":"","attempt":1})", Defect::kNoTask},
      {R"({"task_id":true})", Defect::kNoTask},
      {R"({"task_id":"a","attempt":1,"started_at":"2026-01-01T00:00:00Z","latency_s":1})",
       Defect::kNoModel},
      {"{" + good + R"(,"attempt":0})", Defect::kAttempt},
      {"{" + good + R"(,"attempt":"two"})", Defect::kAttempt},
      {"{" + good + R"(,"attempt":[2]})", Defect::kAttempt},
      {"{" + good + R"(,"started_at":"yesterday"})", Defect::kTime},
      {"{" + good + R"(,"started_at":"2026-02-30T00:00:00Z"})", Defect::kTime},
      {"{" + good + R"(,"latency_s":-1})", Defect::kLatency},
      {"{" + good + R"(,"cost_usd":1e12})", Defect::kCost},
      {"{" + good + R"(,"input_tokens":-1})", Defect::kTokens},
      {"{" + good + R"(,"propensity":0})", Defect::kPropensity},
      {"{" + good + R"(,"outcome":"great"})", Defect::kWord},
      {"{" + good + R"(,"user_id":"a\u0000b"})", Defect::kText},
      {"{" + good + ",\"user_id\":\"" + std::string(1001, 'x') + "\"}", Defect::kText},
  };
  for (const auto& [row, defect] : bad) {
    const auto reading = read_json(row + "\n{" + good + "}\n");
    EXPECT_EQ(reading.passes.size(), 1U) << row << reading.error;
    EXPECT_EQ(reading.counts.rows, 2U);
    EXPECT_EQ(reading.counts.defects.at(static_cast<std::size_t>(defect)), 1U) << row;
    EXPECT_EQ(reading.counts.first_defect, "log.jsonl:1: " + std::string(name_of(defect)));
  }
}

TEST(PassReader, text_that_is_no_record_ends_the_reading_with_file_and_line) {
  EXPECT_EQ(read_json("\n[1]\n").error.substr(0, 30), "log.jsonl:2: is no JSON object");
  EXPECT_EQ(read_json("{\"a\":1} x\n").error.substr(0, 30), "log.jsonl:1: is no JSON object");
  EXPECT_EQ(read_csv("").error, "log.csv: is empty, must have a header");
  EXPECT_EQ(read_csv("task_id,attempt\n").error,
            "log.csv:1: the header has the column model 0 times, must have it once");
  EXPECT_EQ(read_csv("task_id,attempt,model,started_at,latency_s\na,b\n").error,
            "log.csv:2: has 2 fields, the header has 5");
  const auto reading = read_json(std::string(kLongestRow + 300'000, 'x'));
  EXPECT_EQ(reading.error, "log.jsonl:1: is longer than 1048576 bytes");
}

TEST(PassReader, a_last_row_that_a_killed_writer_left_is_counted_and_left_out) {
  const std::string text = json_of({plain_pass(), full_pass()});
  const auto reading = read_json(text.substr(0, text.size() - 20));
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.passes.size(), 1U);
  EXPECT_EQ(reading.counts.cut_off, 1U);
  EXPECT_EQ(read_json(text.substr(0, text.size() - 1)).passes.size(), 2U)
      << "only the line end is missing";
}

/// The rows of JSON Lines as the elements of an array.
std::string as_array(std::string lines) {
  lines.pop_back();
  for (auto at = lines.find('\n'); at != std::string::npos; at = lines.find('\n', at + 2))
    lines.replace(at, 1, ",\n");
  return "[" + lines + "]";
}

/// With a line end wherever JSON allows one.
std::string over_lines(const std::string& json) {
  std::string pretty;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    in_text = (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) ? !in_text : in_text;
    pretty += json[i];
    if (!in_text && (json[i] == ',' || json[i] == '{')) pretty += "\n  ";
  }
  return pretty;
}

TEST(PassReader, rows_are_found_in_arrays_wrappers_and_over_several_lines) {
  Pass quoted = full_pass();
  quoted.task_id = "t\"1}";
  const std::vector<Pass> passes = {quoted, plain_pass(),
                                    quoted};  // no backslash before a quote's end
  const std::string array = as_array(json_of(passes));
  const std::string page = R"({"object": "list", "meta": {"page": 1}, "data": )" + array;
  for (const std::string& text : {array, "\xef\xbb\xbf \n" + array + "\n", over_lines(array),
                                  page + "}", page + R"(, "next": ["]"]})", over_lines(page + "}"),
                                  over_lines(json_of(passes)), "[]\n" + array}) {
    const auto reading = read_json(text);
    EXPECT_EQ(reading.error, "");
    EXPECT_EQ(reading.passes, passes) << text;
    EXPECT_EQ(reading.counts.cut_off, 0U);
  }
  EXPECT_EQ(read_json(page + "}\n" + page + "}\n").passes.size(), 6U) << "a page a line";
  EXPECT_EQ(read_json("[]").passes.size(), 0U);
}

TEST(PassReader, an_array_that_does_not_end_is_a_file_cut_off) {
  const std::string array = as_array(json_of({plain_pass(), full_pass()}));
  for (const std::size_t left_out : {1U, 30U}) {
    const auto reading = read_json(array.substr(0, array.size() - left_out));
    EXPECT_EQ(reading.error, "");
    EXPECT_EQ(reading.passes.size(), left_out == 1 ? 2U : 1U);
    EXPECT_EQ(reading.counts.cut_off, 1U);
  }
  const auto broken = read_json("[{},\n{\"a\" 1},\n{}]");
  EXPECT_EQ(broken.error.substr(0, 30), "log.jsonl:2: is no JSON object");
}

TEST(PassReader, a_row_longer_than_the_buffer_comes_whole) {
  Pass pass = full_pass();
  std::string text = "[";
  for (int i = 0; i < 2000; ++i) {
    text += i == 0 ? "" : ",";
    append_json(text, pass);
    text.insert(text.size() - 2, ",\"note\": \"" + std::string(1000, '{') + "\"");
  }
  EXPECT_EQ(read_json(text + "]").passes.size(), 2000U);
}

TEST(PassReader, quoted_csv_fields_may_hold_line_ends_and_blank_lines_are_passed_over) {
  const std::string header = "task_id,attempt,model,started_at,latency_s,note\n";
  const std::string tail = ",1,m,2026-01-01T00:00:00Z,1,";
  const auto reading = read_csv(header + "a" + tail + "\"two\n\"\"lines\"\"\r\n,\"\r\n\nb" + tail +
                                "5\" disk\n" + "c" + tail + "\n\n");
  EXPECT_EQ(reading.error, "");
  ASSERT_EQ(reading.passes.size(), 3U);
  EXPECT_EQ(reading.passes[2].task_id, "c");
  const auto cut = read_csv(header + "a" + tail + "\nb" + tail + "\"never closed");
  EXPECT_EQ(cut.passes.size(), 1U);
  EXPECT_EQ(cut.counts.cut_off, 1U);
  const auto wrong = read_csv(header + "a" + tail + "\"x\ny\"\nb,1\n");
  EXPECT_EQ(wrong.error, "log.csv:4: has 2 fields, the header has 6");
}

TEST(PassReader, ids_may_be_whole_numbers) {
  const auto reading = read_json(
      R"({"task_id":7,"user_id":18446744073709551615,"attempt":1,"model":"m","started_at":"2026-01-01T00:00:00Z","latency_s":1})");
  ASSERT_EQ(reading.passes.size(), 1U);
  EXPECT_EQ(reading.passes[0].task_id, "7");
  EXPECT_EQ(reading.passes[0].user_id, "18446744073709551615");
}

TEST(PassReader, numbers_may_be_text_as_databases_export_them) {
  const auto reading =
      read_json(R"({"task_id":"a","attempt":"2","model":"m","started_at":"2026-01-01T00:00:00Z",)"
                R"("latency_s":"1.5","input_tokens":"7","cost_usd":"","propensity":"0.5"})");
  ASSERT_EQ(reading.passes.size(), 1U) << reading.counts.first_defect;
  EXPECT_EQ(reading.passes[0].attempt, 2);
  EXPECT_EQ(reading.passes[0].latency_s, 1.5);
  EXPECT_EQ(reading.passes[0].input_tokens, 7);
  EXPECT_FALSE(reading.passes[0].cost_usd);
  EXPECT_EQ(reading.passes[0].propensity, 0.5);
}

TEST(PassReader, nan_is_said_to_be_no_json_with_what_to_write) {
  for (const char* row : {R"({"cost_usd": NaN})", R"({"a":[1,-Infinity]})"}) {
    EXPECT_EQ(
        read_json(std::string(row) + "\n").error,
        "log.jsonl:1: is no JSON: NaN and Infinity are no numbers there; write null for them");
  }
  EXPECT_EQ(read_json("{\"a\": \"x NaN\" 1}\n").error.find("NaN and"), std::string::npos);
}

TEST(PassReader, latin_1_is_said_to_be_no_utf8_with_the_line_and_what_to_do) {
  EXPECT_EQ(
      read_json("{}\n{\"user_id\":\"caf\xe9\"}\n").error,
      "log.jsonl:2: is no UTF-8 (byte 0xe9 at 16); a log must be UTF-8: if it is in Latin-1 or "
      "Windows-1252, convert it first: iconv -f WINDOWS-1252 -t UTF-8 FILE");
}

TEST(PassTime, reads_rfc_3339_and_nothing_else) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("2026-11-24T10:20:30.5+02:00"), parse_time("2026-11-24T08:20:30.500000Z"));
  for (const char* zone : {"+02", "+0200", " +02:00"}) {  // as psql and others write them
    EXPECT_EQ(parse_time(std::string("2026-11-24 10:20:30.5") + zone),
              parse_time("2026-11-24T08:20:30.5Z"));
  }
  EXPECT_EQ(parse_time("2026-11-24 10:20:30 UTC"), parse_time("2026-11-24T10:20:30Z"));
  EXPECT_EQ(parse_time("2024-02-29 12:00:00"), parse_time("2024-02-29T12:00:00Z"));
  for (const char* bad : {"", "2026", "2026-11-24", "2026-13-01T00:00:00Z", "2026-11-24T24:00:00Z",
                          "2026-11-24T10:20:30.Z", "2026-11-24T10:20:30+020",
                          "2026-11-24T10:20:30ZZ", "2026-11-24T10:20:30 CET"}) {
    EXPECT_FALSE(parse_time(bad)) << bad;
  }
}

TEST(Pass, numbers_that_are_no_numbers_are_refused) {
  Pass pass = full_pass();
  EXPECT_EQ(defect_of(pass), Defect::kNone);
  pass.latency_s = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(defect_of(pass), Defect::kLatency);
  pass = full_pass();
  pass.cost_usd = std::numeric_limits<double>::infinity();
  EXPECT_EQ(defect_of(pass), Defect::kCost);
  pass = full_pass();
  pass.propensity = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(defect_of(pass), Defect::kPropensity);
}

TEST(PassReader, names_in_latin_1_are_said_to_be_no_utf8_in_csv_too) {
  const std::string bytes =
      "task_id,attempt,model,started_at,latency_s\nb\xc3\xa9,1,m,2026-01-01T00:00:00Z,1\n"
      "Jos\xe9,1,m,2026-01-01T00:00:00Z,1\n";
  const auto reader = csv_reader(ByteSource::over(bytes, "f"));
  Pass pass;
  ASSERT_TRUE(*reader->next(pass));
  EXPECT_EQ(pass.task_id, "b\xc3\xa9");
  const auto next = reader->next(pass);
  ASSERT_FALSE(next);
  EXPECT_TRUE(next.error().to_string().starts_with("f:3: is no UTF-8 (byte 0xe9 at 4); "))
      << next.error().to_string();
}

TEST(PassReader, a_last_row_cut_within_a_character_is_cut_off_and_not_latin_1) {
  const std::string bytes =
      "latency_s,started_at,model,attempt,task_id\n1,2026-01-01T00:00:00Z,m,1,b\xc3";
  const auto reader = csv_reader(ByteSource::over(bytes, "f"));
  Pass pass;
  EXPECT_FALSE(*reader->next(pass));
  EXPECT_EQ(reader->counts().cut_off, 1U);
}

}  // namespace
}  // namespace turnout::traffic
