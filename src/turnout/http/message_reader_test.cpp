#include "turnout/http/message_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace turnout::http {
namespace {

using Kind = MessageReader::Kind;
using Progress = MessageReader::Progress;

struct Read {
  Progress progress;
  int status;
};

/// Reads a head at once and byte by byte; both must come to the same.
Read read(Kind kind, const std::string& bytes) {
  MessageReader at_once(kind);
  const auto progress = at_once.read_head(bytes, 0);
  MessageReader slowly(kind);
  auto step = Progress::kMore;
  std::string moved;
  for (std::size_t i = 0; i < bytes.size() && step == Progress::kMore; ++i) {
    moved = bytes.substr(0, i + 1);  // the bytes may move
    step = slowly.read_head(moved, i);
  }
  EXPECT_EQ(step, progress) << bytes;
  EXPECT_EQ(slowly.status(), at_once.status()) << bytes;
  return {progress, at_once.status()};
}

TEST(MessageReader, reads_a_request_whose_bytes_come_one_by_one) {
  const std::string bytes =
      "POST /v1/chat?x=1 HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Two:  b c \t\r\nContent-Length: "
      "3\r\n\r\nabc";
  MessageReader reader(Kind::kRequest);
  std::size_t i = 0;
  while (reader.read_head(std::string_view(bytes).substr(0, i + 1), i) == Progress::kMore) ++i;
  EXPECT_EQ(reader.head_bytes(), bytes.size() - 3);
  const RequestHead head = reader.request(bytes);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/v1/chat?x=1");
  EXPECT_EQ(path_of(head.target), "/v1/chat");
  EXPECT_EQ(query_of(head.target, "x"), "1");
  EXPECT_FALSE(query_of(head.target, "y"));
  ASSERT_EQ(head.fields.size(), 4U);
  EXPECT_EQ(field_of(head.fields, "X-TWO"), "b c");
  EXPECT_EQ(field_of(head.fields, "x-empty"), "");
  EXPECT_EQ(head.length, 3U);
  EXPECT_TRUE(head.keep_alive);
}

TEST(MessageReader, refuses_what_two_programs_could_read_in_two_ways) {
  const std::string start = "POST /x HTTP/1.1\r\nHost: a\r\n";
  const std::array<std::pair<std::string, int>, 27> cases = {{
      {"POST /x HTTP/1.1\nHost: a\n\n", 400},
      {"POST /x HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
      {start + "X: y\r\n z\r\n\r\n", 400},
      {start + "X: y\r\n\tz\r\n\r\n", 400},
      {start + "Content-Length: 3, 3\r\n\r\n", 400},
      {start + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
      {start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
      {start + "Content-Length: +3\r\n\r\n", 400},
      {start + "Content-Length: -3\r\n\r\n", 400},
      {start + "Content-Length: 0x3\r\n\r\n", 400},
      {start + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
      {start + "Transfer-Encoding: identity, chunked\r\n\r\n", 501},
      {start + "Transfer-Encoding: chunked, identity\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {start + "Transfer-Encoding: \x0b"
               "chunked\r\n\r\n",
       400},
      {start + "Host: b\r\n\r\n", 400},
      {"POST /x HTTP/1.1\r\nX: a\r\n\r\n", 400},
      {"POST /x HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"POST http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"POST /x  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"POST  /x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {start + "X : y\r\n\r\n", 400},
      {start + ": y\r\n\r\n", 400},
      {start + std::string("X: a\0b\r\n\r\n", 10), 400},
  }};
  for (const auto& [bytes, status] : cases) {
    const Read result = read(Kind::kRequest, bytes);
    EXPECT_EQ(result.progress, Progress::kBad) << bytes;
    EXPECT_EQ(result.status, status) << bytes;
  }
}

TEST(MessageReader, refuses_answers_whose_length_is_told_twice) {
  const std::string start = "HTTP/1.1 200 OK\r\n";
  for (const char* fields : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                             "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", "X: y\r\n z\r\n\r\n",
                             "X: y\nZ: z\r\n\r\n"})
    EXPECT_EQ(read(Kind::kResponse, start + fields).progress, Progress::kBad) << fields;
  EXPECT_EQ(read(Kind::kResponse, "nonsense\r\n\r\n").progress, Progress::kBad);
}

TEST(MessageReader, follows_chunks_wherever_they_are_cut) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = "3;name=value\r\nabc\r\na\r\n0123456789\r\n0\r\nX-Trailer: y\r\n\r\n";
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    MessageReader reader(Kind::kResponse);
    ASSERT_EQ(reader.read_head(head, 0), Progress::kReady);
    std::string data;
    std::vector<std::string_view> parts;
    const auto take = [&](const std::string& bytes) {
      parts.clear();
      const auto part = reader.read_body(bytes, parts);
      for (const auto& one : parts) data += one;
      return part;
    };
    auto part = take(body.substr(0, cut));
    if (cut < body.size()) {
      ASSERT_EQ(part.progress, Progress::kMore) << cut;
      part = take(body.substr(cut) + "HTTP/1.1");
      EXPECT_EQ(part.taken, body.size() - cut);
    }
    EXPECT_EQ(part.progress, Progress::kReady) << cut;
    EXPECT_EQ(data, "abc0123456789");
  }
}

TEST(MessageReader, knows_which_bodies_may_end_with_the_connection) {
  std::vector<std::string_view> parts;
  MessageReader endless(Kind::kResponse);
  ASSERT_EQ(endless.read_head("HTTP/1.1 200 OK\r\n\r\n", 0), Progress::kReady);
  EXPECT_TRUE(endless.until_end());
  EXPECT_EQ(endless.read_body("abc", parts).progress, Progress::kMore);
  EXPECT_TRUE(endless.at_end());
  MessageReader cut(Kind::kResponse);
  ASSERT_EQ(cut.read_head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 0), Progress::kReady);
  EXPECT_FALSE(cut.until_end());
  EXPECT_EQ(cut.read_body("abc", parts).progress, Progress::kMore);
  EXPECT_FALSE(cut.at_end());
}

TEST(MessageReader, a_message_without_a_body_is_whole_at_once) {
  std::vector<std::string_view> parts;
  for (const char* head :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"}) {
    MessageReader reader(Kind::kResponse);
    ASSERT_EQ(reader.read_head(head, 0), Progress::kReady) << head;
    EXPECT_EQ(reader.read_body("", parts).progress, Progress::kReady) << head;
  }
  MessageReader asked_by_head(Kind::kResponse);
  ASSERT_EQ(asked_by_head.read_head("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", 0),
            Progress::kReady);
  asked_by_head.skip_body();
  EXPECT_EQ(asked_by_head.read_body("", parts).progress, Progress::kReady);
}

}  // namespace
}  // namespace turnout::http
