#include "turnout/gateway/held_decisions.h"

#include <gtest/gtest.h>

namespace turnout::gateway {
namespace {

HeldDecision decision(std::int64_t expires_us, const std::string& task = "t-1") {
  HeldDecision held;
  held.owner = 7;
  held.assignment.task = task;
  held.assignment.match.attempt = 1;
  held.expires_us = expires_us;
  return held;
}

TEST(HeldDecisions, the_calls_of_an_attempt_are_reported_one_by_one_the_oldest_first) {
  HeldDecisions held;
  const auto first = held.hold(decision(100));
  const auto second = held.hold(decision(50));
  const DecisionName name{"", "t-1", 1};
  EXPECT_EQ(held.take(name, 7)->decision.id, first);
  EXPECT_EQ(held.take({second, "", 0}, 7)->state, DecisionState::kOpen);
  const auto again = held.take(name, 7);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, DecisionState::kReported);
  EXPECT_FALSE(held.take(name, 8));
  EXPECT_FALSE(held.take({first, "", 0}, 8));
  EXPECT_TRUE(held.expired(1000).empty()) << "what is reported does not expire";
}

TEST(HeldDecisions, each_expires_once_at_its_time) {
  HeldDecisions held;
  const auto late = held.hold(decision(200));
  const auto soon = held.hold(decision(100, "t-2"));
  EXPECT_TRUE(held.expired(99).empty());
  const auto first = held.expired(100);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first.front().id, soon);
  EXPECT_TRUE(held.expired(100).empty());
  EXPECT_EQ(held.take({soon, "", 0}, 7)->state, DecisionState::kExpired);
  EXPECT_EQ(held.take({late, "", 0}, 7)->state, DecisionState::kOpen);
}

TEST(HeldDecisions, of_too_many_the_next_to_expire_goes_and_what_is_over_is_forgotten) {
  HeldDecisions held(2);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(held.hold(decision(100 + i, "t-" + std::to_string(i))));
    for (const auto& gone : held.expired(10)) EXPECT_EQ(gone.expires_us, 10);
  }
  // Open: the last two. Over and known: the two before them.
  EXPECT_FALSE(held.take({ids[0], "", 0}, 7));
  EXPECT_FALSE(held.take({"", "t-0", 1}, 7));
  EXPECT_EQ(held.take({ids[1], "", 0}, 7)->state, DecisionState::kExpired);
  EXPECT_EQ(held.take({ids[2], "", 0}, 7)->state, DecisionState::kExpired);
  EXPECT_EQ(held.take({ids[3], "", 0}, 7)->state, DecisionState::kOpen);
  EXPECT_EQ(held.take({"", "t-4", 1}, 7)->state, DecisionState::kOpen);
}

}  // namespace
}  // namespace turnout::gateway
