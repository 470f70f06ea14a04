#include "turnout/gateway/event_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <set>

namespace turnout::gateway {
namespace {

/// Both ends of a pipe.
class EventLogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    ASSERT_EQ(::pipe(ends_.data()), 0);
    log_ = std::make_unique<EventLog>(ends_[1], dropped_);
  }
  void TearDown() override {
    log_.reset();
    close(ends_[0]);
    close(ends_[1]);
  }
  static void close(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  void say(const std::string& text) { log_->put(StateLine{0, false, text}, LogFormat::kNone); }
  /// All that comes until the other end is closed.
  std::string read_all() {
    close(ends_[1]);
    std::string all;
    std::array<char, 65'536> part{};
    for (ssize_t got = 1; got > 0;) {
      got = ::read(ends_[0], part.data(), part.size());
      if (got > 0) all.append(part.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  std::array<int, 2> ends_{-1, -1};
  Counter dropped_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(EventLogTest, lines_of_both_kinds_come_in_their_order) {
  CallLine call;
  call.task = "t1";
  say("first");
  log_->put(call, LogFormat::kJson);
  say("last");
  log_.reset();
  const std::string all = read_all();
  EXPECT_TRUE(all.starts_with("turnout: first\n{\"time\""));
  EXPECT_NE(all.find("\"turnout.task\":\"t1\""), std::string::npos);
  EXPECT_TRUE(all.ends_with("}\nturnout: last\n"));
  EXPECT_EQ(dropped_.value(), 0U);
}

TEST_F(EventLogTest, nobody_waits_for_who_does_not_read_and_what_is_dropped_is_counted) {
  constexpr std::size_t kSaid = 4 * EventLog::kMostWaiting;
  for (std::size_t i = 0; i < kSaid; ++i) say("line " + std::to_string(i) + std::string(100, '.'));
  log_.reset();  // ends though nobody reads
  const std::string all = read_all();
  std::set<std::string> lines;
  for (std::size_t at = 0, end = 0; (end = all.find('\n', at)) != std::string::npos; at = end + 1)
    lines.insert(all.substr(at, end - at));
  EXPECT_GT(lines.size(), 100U);
  EXPECT_GE(lines.size() + dropped_.value(), kSaid) << "of a piece that was cut all lines count";
  EXPECT_LE(lines.size() + dropped_.value(), kSaid + 50);
  EXPECT_TRUE(lines.count("turnout: line 0" + std::string(100, '.')) == 1);
}

TEST_F(EventLogTest, a_reader_that_has_gone_harms_nobody) {
  close(ends_[0]);
  say("to nobody");
  log_.reset();
  EXPECT_EQ(dropped_.value(), 1U);
}

}  // namespace
}  // namespace turnout::gateway
