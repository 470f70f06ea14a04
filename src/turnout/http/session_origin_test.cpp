#include "turnout/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "http_wires.h"

namespace turnout::http {
namespace {

TEST(SessionOrigin, sends_a_request_on_with_its_fields_changed_and_its_body_edited) {
  std::string got;
  Scripted origin({[&](Wire& wire) {
    got = wire.until("gh");
    wire.send("HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 2\r\n\r\nok");
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send(
      "POST /edited?q=1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
      "X-Secret: 1\r\nX-Changed: old\r\nX-Kept: 1\r\nTE: trailers\r\nUpgrade: h2c\r\n"
      "Proxy-Authorization: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabcdefgh\r\n0\r\n\r\n");
  const std::string answer = client.until("ok");
  EXPECT_EQ(got, "POST /edited?q=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(origin.port()) +
                     "\r\nX-Kept: 1\r\nX-Added: yes\r\nX-Changed: new\r\nContent-Length: 10\r\n\r\n"
                     "aXYZd!efgh");
  EXPECT_NE(answer.find("X-Relayed: yes"), std::string::npos);
  EXPECT_EQ(answer.find("Server"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("data ok\nended 0"));
}

TEST(SessionOrigin, relays_chunks_untouched_and_keeps_the_origins_connection) {
  const std::string chunks = "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n";
  Scripted origin({[&](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    wire.forget();
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 204 No Content\r\n\r\n");
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  const std::string answer = client.until("X-T: 1\r\n\r\n");
  EXPECT_EQ(answer.substr(answer.size() - chunks.size()), chunks);
  EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("ended 0"));
  client.forget();
  client.send(kGet);
  EXPECT_NE(client.until("\r\n\r\n").find("HTTP/1.1 204"), std::string::npos);
  EXPECT_EQ(origin.connections(), 1);
}

TEST(SessionOrigin, an_answer_is_judged_by_how_its_body_begins_before_any_of_it_is_relayed) {
  const std::string page = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>";
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string chunks = "3;a=b\r\n{\"a\r\n4\r\n\": 1\r\n1\r\n}\r\n0\r\n\r\n";
  Scripted origin({answers(page), [&](Wire& wire) {
                     wire.until("\r\n\r\n");
                     for (const std::string& part : {head, chunks.substr(0, 5), chunks.substr(5)}) {
                       wire.send(part);
                       std::this_thread::sleep_for(std::chrono::milliseconds(20));
                     }
                   }});
  Running running(origin.port());
  running.handler.retries = 1;
  Wire client = running.client();
  client.send("GET /looked HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string got = client.until("0\r\n\r\n");
  EXPECT_EQ(got.find("<html>"), std::string::npos);
  EXPECT_EQ(got.substr(got.find("\r\n\r\n") + 4), chunks);
  EXPECT_TRUE(running.handler.comes("ended 0"));
  EXPECT_NE(running.handler.notes().find("begins <html>"), std::string::npos);
  EXPECT_NE(running.handler.notes().find("begins {\"a\n"), std::string::npos);
}

TEST(SessionOrigin, an_answer_without_a_body_begins_with_nothing_and_one_that_never_begins_is_cut) {
  Scripted origin({answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                   answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                   answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")});
  Running running(origin.port());
  running.handler.retries = 2;
  Wire client = running.client();
  client.send("GET /looked HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.until("no answer").find("HTTP/1.1 502"), std::string::npos);
  EXPECT_TRUE(running.handler.notes().starts_with(
      "answered 200\nbegins \nanswered 200\nbegins \nfailed cut\n"))
      << running.handler.notes();
}

TEST(SessionOrigin, passes_interim_answers_over) {
  Scripted origin(
      {answers("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  const std::string answer = client.until("ok");
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_EQ(answer.find("Link"), std::string::npos);
}

TEST(SessionOrigin, unchunks_for_old_clients_and_relays_what_ends_with_the_connection) {
  Scripted origin(
      {answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
       answers("HTTP/1.1 200 OK\r\n\r\nto the end")});
  Running running(origin.port());
  Wire old = running.client();
  old.send("GET /x HTTP/1.0\r\n\r\n");
  const std::string answer = old.until_end();
  EXPECT_EQ(answer.substr(answer.size() - 7), "\r\n\r\nabc");
  EXPECT_EQ(answer.find("chunked"), std::string::npos);
  Wire client = running.client();
  client.send(kGet);
  const std::string endless = client.until_end();
  EXPECT_NE(endless.find("Connection: close"), std::string::npos);
  EXPECT_NE(endless.find("to the end"), std::string::npos);
}

TEST(SessionOrigin, an_answer_to_HEAD_has_no_body) {
  Scripted origin({[](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    wire.forget();
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.until("\r\n\r\n").find("Content-Length: 7"), std::string::npos);
  client.send(kGet);
  EXPECT_NE(client.until("ok").find("\r\n\r\nok"), std::string::npos);
}

TEST(SessionOrigin, an_answer_that_breaks_off_ends_without_a_last_chunk) {
  Scripted origin({answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  const std::string answer = client.until_end();
  EXPECT_TRUE(client.ended());
  EXPECT_NE(answer.find("abc"), std::string::npos);
  EXPECT_EQ(answer.find("0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("ended 1"));
}

TEST(SessionOrigin, garbage_and_lies_about_the_length_are_a_bad_gateway) {
  for (const char* answer :
       {"nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"}) {
    Scripted origin({answers(answer)});
    Running running(origin.port());
    Wire client = running.client();
    client.send(kGet);
    EXPECT_NE(client.until("no answer").find("HTTP/1.1 502"), std::string::npos) << answer;
    EXPECT_TRUE(running.handler.comes("failed garbage")) << answer;
  }
}

TEST(SessionOrigin, never_keeps_an_origins_connection_with_bytes_left_over) {
  Scripted origin({answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"
                           "Content-Length: 6\r\n\r\npoison"),
                   answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  client.until("ok");
  EXPECT_TRUE(running.handler.comes("ended 0"));
  client.send(kGet);
  EXPECT_NE(client.until("good").find("good"), std::string::npos);
  EXPECT_EQ(origin.connections(), 2);
}

TEST(SessionOrigin, a_stale_connection_of_the_pool_is_replaced_unseen) {
  Scripted origin({[&](Wire& wire) {
                     wire.until("\r\n\r\n");
                     wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
                     wire.forget();
                     wire.until("\r\n\r\n");  // takes the second request, and goes
                   },
                   answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo")});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  client.until("one");
  EXPECT_TRUE(running.handler.comes("ended 0"));
  client.send(kGet);
  EXPECT_NE(client.until("two").find("two"), std::string::npos);
  EXPECT_EQ(running.handler.notes().find("failed"), std::string::npos);
  EXPECT_EQ(origin.connections(), 2);
}

TEST(SessionOrigin, the_exchange_may_try_again_after_a_failure_or_an_answer_that_it_drops) {
  Scripted origin({[](Wire& wire) { wire.until("\r\n\r\n"); },
                   answers("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"),
                   answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
  Running running(origin.port());
  running.handler.retries = 2;
  Wire client = running.client();
  client.send(kGet);
  EXPECT_NE(client.until("ok").find("HTTP/1.1 200"), std::string::npos);
  EXPECT_EQ(running.handler.notes().substr(0, 36), "failed cut\nanswered 503\nanswered 200");
}

TEST(SessionOrigin, an_origin_that_refuses_or_is_silent_is_a_failure) {
  {
    Running running(1);
    Wire client = running.client();
    client.send(kGet);
    EXPECT_NE(client.until("no answer").find("502"), std::string::npos);
    EXPECT_TRUE(running.handler.comes("failed connect"));
  }
  Origin how;
  how.head_us = 500'000;
  Scripted origin({[](Wire& wire) {
    wire.until("\r\n\r\n");
    EXPECT_TRUE(wire.ended());
  }});
  Running running(origin.port(), {}, how);
  Wire client = running.client();
  client.send(kGet);
  EXPECT_NE(client.until("no answer").find("502"), std::string::npos);
  EXPECT_TRUE(running.handler.comes("failed timeout"));
}

TEST(SessionOrigin, an_origin_is_dropped_at_once_when_the_client_leaves) {
  std::atomic<bool> gone = false;
  Scripted origin({[&](Wire& wire) {
                     wire.until("\r\n\r\n");
                     gone = wire.ended();
                   },
                   [&](Wire& wire) {
                     wire.until("\r\n\r\n");
                     wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
                     gone = wire.ended();
                   }});
  Running running(origin.port());
  for (const char* until : {"", "abc"}) {
    gone = false;
    Wire client = running.client();
    client.send(kGet);
    if (*until != '\0') {
      client.until(until);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    client.close();
    for (int i = 0; i < 300 && !gone; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(gone) << until;
  }
  EXPECT_TRUE(running.handler.comes("ended 3"));
}

TEST(SessionOrigin, a_large_body_goes_through_whole_in_both_directions) {
  std::string large(8U << 20U, 'x');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
  std::string got;
  Scripted origin({[&](Wire& wire) {
    got = wire.until("END");
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large.size() + 4) +
              "\r\n\r\n" + large + "LAST");
  }});
  Running running(origin.port());
  Wire client = running.client();
  std::thread sender([&] { client.send(post("/x", large + "END")); });
  sender.join();
  const std::string answer = client.until("LAST");
  EXPECT_TRUE(got.ends_with("\r\n\r\n" + large + "END"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + large + "LAST"));
}

TEST(SessionOrigin, what_is_under_way_when_its_time_to_end_is_up_is_told_so) {
  Scripted origin({[](Wire& wire) {
    wire.until("\r\n\r\n");
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_TRUE(wire.ended());
  }});
  Running running(origin.port());
  Wire client = running.client();
  client.send(kGet);
  client.until("abc");
  running.stop();
  EXPECT_NE(running.handler.notes().find("ended 3"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

}  // namespace
}  // namespace turnout::http
