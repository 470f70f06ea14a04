#include "turnout/mock/directives.h"

#include <gtest/gtest.h>

namespace turnout::mock {
namespace {

TEST(Directives, a_text_says_which_requests_fail_and_how) {
  const auto read = read_directives("task 3: add [turnout:fail 503 2] please");
  EXPECT_EQ(read.fault, Fault::kStatus);
  EXPECT_EQ(read.status, 503);
  EXPECT_EQ(read.times, 2U);
  EXPECT_EQ(read_directives("[turnout:fail cut 1]").fault, Fault::kCut);
  EXPECT_EQ(read_directives("[turnout:fail hang 1]").fault, Fault::kHang);
  EXPECT_EQ(read_directives("[turnout:fail garbage 1]").fault, Fault::kGarbage);
}

TEST(Directives, a_text_says_how_long_an_answer_takes_and_which_tool_it_calls) {
  const auto read = read_directives(R"([turnout:slow 1.5][turnout:call look_up {"city": "Oslo"}])");
  EXPECT_EQ(read.slow_s, 1.5);
  ASSERT_TRUE(read.call);
  EXPECT_EQ(read.call->name, "look_up");
  EXPECT_EQ(read.call->arguments, R"({"city": "Oslo"})");
}

TEST(Directives, what_does_not_read_so_is_none) {
  for (const auto* text :
       {"", "[turnout:fail 503]", "[turnout:fail 200 1]", "[turnout:fail cut x]",
        "[turnout:slow -1]", "[turnout:slow 1e9]", "[turnout:slow", "[turnout:call x]",
        "[turnout:solved]", "[turnout:call x {]", "[turnout:call x 1]", "[turnout:call]",
        "[turnout:fail  1]", "[turnout:fail 503 1"}) {
    const auto read = read_directives(text);
    EXPECT_EQ(read.fault, Fault::kNone) << text;
    EXPECT_EQ(read.times, 0U) << text;
    EXPECT_FALSE(read.slow_s || read.call) << text;
  }
}

}  // namespace
}  // namespace turnout::mock
