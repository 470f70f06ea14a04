#include "turnout/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "http_wires.h"

namespace turnout::http {
namespace {

TEST(Server, answers_one_request_after_the_other_even_if_they_come_together) {
  Running running;
  Wire client = running.client();
  client.send(post("/local", "first") + post("/local", "second") + "GET /lo");
  client.until("hello second");
  client.send("cal HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string all = client.until_end();
  EXPECT_NE(all.find("hello first"), std::string::npos);
  EXPECT_NE(all.find("hello second"), std::string::npos);
  EXPECT_NE(all.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST(Server, an_exception_ends_one_connection_and_no_other) {
  Running running;
  Wire client = running.client();
  client.send("GET /throws HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(running.handler.comes("ended 3"));
  Wire other = running.client();
  other.send(post("/local", "x"));
  EXPECT_NE(other.until("hello x").find("hello x"), std::string::npos);
}

TEST(Server, sends_a_reply_that_another_thread_works_out_and_serves_others_meanwhile) {
  Running running;
  Wire client = running.client();
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n" + post("/local", "behind it"));
  Wire other = running.client();
  other.send(post("/local", "x"));
  EXPECT_NE(other.until("hello x").find("hello x"), std::string::npos);
  std::thread([&] { running.handler.pending->put({200, {}, "at last", {}, 0, false}); }).join();
  const std::string all = client.until("hello behind it");
  EXPECT_LT(all.find("at last"), all.find("hello behind it"));
}

TEST(Server, a_reply_that_was_there_first_is_sent_and_a_second_one_is_not) {
  Running running;
  running.handler.pending->put({200, {}, "first", {}, 0, false});
  running.handler.pending->put({200, {}, "second", {}, 0, false});
  Wire client = running.client();
  client.send("GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_NE(client.until_end().find("first"), std::string::npos);
}

TEST(Server, who_leaves_before_a_reply_is_worked_out_ends_the_exchange) {
  Running running;
  {
    Wire client = running.client();
    client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    Wire other = running.client();  // whose answer says that the first was read
    other.send(post("/local", "x"));
    other.until("hello x");
  }
  EXPECT_TRUE(running.handler.comes("ended 3"));
  running.handler.pending->put({200, {}, "nobody is told", {}, 0, false});
}

TEST(Server, takes_a_body_in_chunks_and_says_continue) {
  Running running;
  Wire client = running.client();
  client.send(
      "POST /local HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  EXPECT_NE(client.until("Continue").find("HTTP/1.1 100 Continue"), std::string::npos);
  client.send("3;x=y\r\nabc\r\n");
  client.send("4\r\ndefg\r\n0\r\nX-Trailer: z\r\n\r\n");
  EXPECT_NE(client.until("abcdefg").find("hello abcdefg"), std::string::npos);
  client.send(
      "POST /local HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\nz\r\n0\r\n\r\n");
  EXPECT_NE(client.until_end().find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST(Server, refuses_what_is_no_request_and_closes) {
  Running running;
  for (const auto& [bytes, status] : std::vector<std::pair<std::string, std::string>>{
           {"nonsense\r\n\r\n", "400"},
           {"POST /local HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\n",
            "400"},
           {"POST /local HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n", "431"},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99000000\r\n\r\n", "413"}}) {
    Wire client = running.client();
    client.send(bytes);
    const std::string answer = client.until_end();
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 " + status) << bytes.substr(0, 80);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(client.ended());
  }
}

TEST(Server, who_is_turned_away_at_the_head_is_told_before_the_body_comes) {
  Running running;
  for (const char* framing : {"Content-Length: 30000000", "Transfer-Encoding: chunked",
                              "Expect: 100-continue\r\nContent-Length: 9"}) {
    Wire client = running.client();
    client.send(std::string("POST /locked HTTP/1.1\r\nHost: a\r\n") + framing + "\r\n\r\n");
    const std::string answer = client.until("no key");
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 401") << framing;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(running.handler.comes("ended 0"));
    client.try_to_send(std::string(100'000, 'x'));  // what was under way is thrown away
    client.close();
  }
  Wire client = running.client();
  client.send("POST /locked HTTP/1.1\r\nHost: a\r\nX-Key: k\r\nContent-Length: 3\r\n\r\na");
  client.send("bc");
  EXPECT_TRUE(running.handler.comes("failed connect"));
}

TEST(Server, a_request_whose_refusal_comes_late_is_still_there) {
  Running running;
  Wire client = running.client();
  client.send("POST /local HTTP/1.1\r\nHost: a\r\nConte");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  client.send("nt-Length: 99000000\r\n\r\n");
  EXPECT_NE(client.until_end().find("HTTP/1.1 413"), std::string::npos);
}

TEST(Server, a_head_that_comes_byte_by_byte_has_no_more_time_than_another) {
  ServerOptions options;
  options.head_us = 1'000'000;
  Running running(1, options);
  Wire client = running.client();
  const std::string head = "GET /x HTTP/1.1\r\nHost: a\r\n" + std::string(100, 'x');
  const auto begun = std::chrono::steady_clock::now();
  for (const char c : head) {
    client.try_to_send(std::string(1, c));
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    if (std::chrono::steady_clock::now() - begun > std::chrono::seconds(3)) break;
  }
  EXPECT_NE(client.until_end().find("HTTP/1.1 408"), std::string::npos);
}

TEST(Server, sends_parts_as_time_passes_and_may_break_off) {
  Running running;
  Wire client = running.client();
  client.send("GET /parts HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.until("0\r\n\r\n").find("3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"),
            std::string::npos);
  client.forget();
  client.send("GET /parts?cut=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = client.until_end();
  EXPECT_TRUE(client.ended());
  EXPECT_NE(answer.find("three"), std::string::npos);
  EXPECT_EQ(answer.find("0\r\n\r\n"), std::string::npos);
}

TEST(Server, ends_what_is_under_way_before_it_stops) {
  Running running;
  Wire idle = running.client();
  idle.send(post("/local", "x"));
  idle.until("hello x");
  Wire client = running.client();
  client.send("GET /parts HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("one");
  running.stop();
  EXPECT_NE(client.until_end().find("three\r\n0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(idle.ended());
}

TEST(Server, asks_for_one_part_after_the_other_and_ends_with_the_last) {
  Running running;
  Wire client = running.client();
  client.send("GET /ticks?ends=1 HTTP/1.1\r\nHost: a\r\n\r\n" + post("/local", "behind it"));
  const std::string all = client.until("hello behind it");
  EXPECT_NE(all.find("7\r\ntick 1\n\r\n7\r\ntick 2\n\r\n7\r\ntick 3\n\r\n0\r\n\r\nHTTP/1.1 200"),
            std::string::npos)
      << all;
  Wire old = running.client();
  old.send("GET /ticks?ends=1 HTTP/1.0\r\n\r\n");
  EXPECT_NE(old.until_end().find("\r\n\r\ntick 1\ntick 2\ntick 3\n"), std::string::npos);
  Wire head = running.client();
  head.send("HEAD /ticks HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(head.ended());
  EXPECT_EQ(head.until_end().find("tick"), std::string::npos);
}

TEST(Server, an_answer_without_an_end_ends_with_its_client_or_the_server) {
  Running running;
  Wire client = running.client();
  client.send("GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("tick 3");
  client.close();
  EXPECT_TRUE(running.handler.comes("ended 3"));
  Wire other = running.client();
  other.send("GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n");
  other.until("tick 3");
  running.stop();
  EXPECT_TRUE(other.until_end().ends_with("\n\r\n0\r\n\r\n"));
}

TEST(Server, nothing_piles_up_for_who_does_not_read) {
  Running running;
  Wire client = running.client();
  client.send("GET /ticks?large=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  constexpr int kMost = 2000;  // of 64 KB: more than any socket takes
  const auto asked = [&] { return running.handler.large_ticks.load(); };
  for (int before = -1; asked() < kMost && (asked() != before || before == 0);) {
    before = asked();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  EXPECT_LT(asked(), kMost);
  running.stop();
}

TEST(Server, drops_a_client_that_does_not_finish_its_request) {
  ServerOptions options;
  options.head_us = 300'000;
  Running running(1, options);
  Wire client = running.client();
  client.send("GET /x HTTP/1.1\r\nHos");
  EXPECT_NE(client.until_end().find("HTTP/1.1 408"), std::string::npos);
}

TEST(Server, does_not_share_its_port_with_another_server) {
  Running running;
  Noting handler;
  for (const unsigned threads : {1U, 2U}) {
    ServerOptions options;
    options.port = running.server->port();
    options.threads = threads;
    EXPECT_FALSE(Server::open(options, handler)) << threads;
  }
}

TEST(Server, several_threads_share_a_port) {
  ServerOptions options;
  options.threads = 3;
  Running running(1, options);
  for (int i = 0; i < 30; ++i) {
    Wire client = running.client();
    client.send(post("/local", "x"));
    EXPECT_NE(client.until("hello x").find("hello x"), std::string::npos);
  }
}

TEST(Server, says_why_it_cannot_listen) {
  Noting handler;
  ServerOptions options;
  options.address = "203.0.113.1";
  const auto opened = Server::open(options, handler);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().to_string().find("203.0.113.1:8080: cannot listen"), std::string::npos);
}

}  // namespace
}  // namespace turnout::http
