#include "turnout/verification/reacting_routers.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace turnout::verification {
namespace {

LivedWorld three_models() {
  LivedWorld world;
  world.models = {{"m1", 0.5, 0, 3, 0.01}, {"m2", 0.6, 0, 4, 0.02}, {"m3", 0.8, 0, 5, 0.1}};
  return world;
}

TEST(ReaskLadder, HasThreeRungsByCost) {
  auto world = three_models();
  EXPECT_EQ(reask_ladder(world), "m1,m2,m3");
  world.models.push_back({"m4", 0.9, 0, 9, 0.3});
  EXPECT_EQ(reask_ladder(world), "m1,m3,m4");
  world.models.resize(2);
  EXPECT_EQ(reask_ladder(world), "m1,m2");
}

TEST(ConfirmingLatch, LatchesAConversationBehindTwoReasksAndNoOther) {
  const auto router = confirming_latch(three_models());
  router->begin({7, 1});
  EXPECT_EQ(router->serve(0).model, 0U);
  router->see(Seen::kAskedAgain);
  EXPECT_EQ(router->serve(0).model, 0U);
  router->see(Seen::kAskedAgain);
  EXPECT_EQ(router->serve(0).model, 2U);
  router->see(Seen::kNothing);
  router->begin({8, 1});
  EXPECT_EQ(router->serve(0).model, 0U);
  router->begin({7, 1});
  EXPECT_EQ(router->serve(0).model, 2U);
  router->begin({7, 2});
  EXPECT_EQ(router->serve(0).model, 0U);
}

TEST(ConfirmingLatch, OneReaskATaskConfirmsNothing) {
  const auto router = confirming_latch(three_models());
  for (int task = 0; task < 3; ++task) {
    router->begin({7, 1});
    EXPECT_EQ(router->serve(0).model, 0U);
    router->see(Seen::kAskedAgain);
    EXPECT_EQ(router->serve(0).model, 0U);
    router->see(Seen::kNothing);
  }
}

/// How often each model serves 1,000 requests that end in silence.
std::vector<int> served(Router& router) {
  std::vector<int> counts(3, 0);
  for (int i = 0; i < 1000; ++i) ++counts[router.serve(0).model];
  return counts;
}

TEST(BlamingBandit, LeavesTheModelThatIsAskedAgain) {
  const auto router = blaming_bandit(three_models(), 1);
  const auto before = served(*router);
  // The dearest is tier 3, yet the cheap one's price outweighs what it is believed to lack.
  EXPECT_GT(before[1], before[2]);
  for (int i = 0; i < 400; ++i) {
    const auto model = router->serve(0).model;
    router->see(model == 1 ? Seen::kAskedAgain : Seen::kNothing);
  }
  const auto after = served(*router);
  EXPECT_LT(after[1], before[1] / 2);
}

TEST(BlamingBandit, LearnsNothingBeyondAMassOf200) {
  const auto router = blaming_bandit(three_models(), 1);
  for (int i = 0; i < 5000; ++i) {
    router->serve(0);
    router->see(Seen::kSaidSolved);
  }
  const auto happy = served(*router);
  const auto most = std::max_element(happy.begin(), happy.end()) - happy.begin();
  for (int i = 0; i < 5000; ++i) {
    const auto model = router->serve(0).model;
    router->see(static_cast<long>(model) == most ? Seen::kAskedAgain : Seen::kNothing);
  }
  EXPECT_GT(served(*router)[static_cast<std::size_t>(most)], 900);
}

TEST(StickyRandom, KeepsItsModelForAConversation) {
  const auto router = sticky_random(three_models(), 1);
  std::vector<int> counts(3, 0);
  for (std::size_t conversation = 0; conversation < 300; ++conversation) {
    router->begin({3, conversation});
    const auto model = router->serve(0.9).model;
    router->see(Seen::kAskedAgain);
    EXPECT_EQ(router->serve(0.1).model, model);
    router->begin({3, conversation});
    EXPECT_EQ(router->serve(0.5).model, model);
    ++counts[model];
  }
  for (const int count : counts) EXPECT_GT(count, 60);
}

TEST(PolicyRouter, PromisesWhatComes) {
  const std::vector<std::string> names = {"m1", "m2", "m3"};
  const auto router = policy_router(policy::Policy::parse("m1,m2,end", names).value());
  router->begin({});
  EXPECT_EQ(router->serve(0).model, 0U);
  auto promise = router->promise();
  ASSERT_EQ(promise.size(), 2U);  // m2, and then nothing
  EXPECT_EQ(promise[0].at(0).first, 1U);
  EXPECT_TRUE(promise[1].empty());
  EXPECT_EQ(router->serve(0).model, 1U);
  EXPECT_TRUE(router->promise().empty());
  EXPECT_EQ(router->serve(0).model, policy::kNoModel);
}

}  // namespace
}  // namespace turnout::verification
