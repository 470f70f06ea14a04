#include "turnout/http/event_loop.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace turnout::http {
namespace {

using Events = std::vector<std::string>;

/// Puts off what it has to send when it is woken first, and goes when it is woken again.
class Sender final : public Sleeper {
 public:
  Sender(EventLoop& loop, std::string name, Events& events)
      : Sleeper(loop), name_(std::move(name)), events_(events) {
    loop.set_alarm(*this, loop.now_us());
  }
  void wake(bool /*late*/) override {
    events_.push_back("wake " + name_);
    if (sent_) {
      delete this;  // NOLINT(*-owning-memory): as a session does
      return;
    }
    loop_.send_later(*this);
  }
  void send() override {
    events_.push_back("send " + name_);
    sent_ = true;
  }
  void stop() override {}
  void end() override { delete this; }  // NOLINT(*-owning-memory)

 private:
  std::string name_;
  Events& events_;
  bool sent_ = false;
};

TEST(EventLoop, sends_when_all_have_run_and_then_wakes_who_sent) {
  EventLoop loop;
  Events events;
  new Sender(loop, "a", events);  // NOLINT(*-owning-memory): they end their own lives
  new Sender(loop, "b", events);  // NOLINT(*-owning-memory)
  loop.turn();
  EXPECT_EQ(events, (Events{"wake a", "wake b", "send a", "send b", "wake a", "wake b"}));
  loop.turn();
  EXPECT_EQ(events.size(), 6U);
}

/// Has always more to send.
class Talker final : public Sleeper {
 public:
  Talker(EventLoop& loop, int& sent) : Sleeper(loop), sent_(sent) {
    loop.set_alarm(*this, loop.now_us());
  }
  void wake(bool /*late*/) override { loop_.send_later(*this); }
  void send() override { ++sent_; }
  void stop() override {}
  void end() override {}

 private:
  int& sent_;
};

TEST(EventLoop, who_always_has_more_to_send_sends_once_a_turn_and_does_not_wait) {
  EventLoop loop;
  int sent = 0;
  const Talker talker(loop, sent);
  for (int turn = 1; turn <= 3; ++turn) {
    loop.turn();
    EXPECT_EQ(sent, turn);
  }
}

TEST(EventLoop, forgets_who_goes_before_he_has_sent) {
  EventLoop loop;
  int sent = 0;
  {
    const Talker talker(loop, sent);
    loop.turn();
  }
  Events events;
  new Sender(loop, "a", events);  // NOLINT(*-owning-memory)
  loop.turn();
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(events, (Events{"wake a", "send a", "wake a"}));
}

}  // namespace
}  // namespace turnout::http
