#include "turnout/policy/routing_policy.h"

#include <gtest/gtest.h>

namespace turnout::policy {
namespace {

const std::vector<std::string> kModels = {"mini", "large", "huge"};

std::vector<double> next(const std::string& text, const std::vector<std::size_t>& history) {
  const auto policy = RoutingPolicy::parse(text, kModels);
  std::vector<double> weights;
  policy.value().next(history, weights);
  return weights;
}

TEST(RoutingPolicy, a_sequence_repeats_its_last_model) {
  EXPECT_EQ(next("mini,mini,huge", {}), (std::vector<double>{1, 0, 0}));
  EXPECT_EQ(next("mini,mini,huge", {0, 0}), (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(next("mini,mini,huge", {0, 0, 2, 2}), (std::vector<double>{0, 0, 1}));
  EXPECT_TRUE(RoutingPolicy::parse("mini,huge", kModels)->is_deterministic());
  EXPECT_EQ(RoutingPolicy::parse("mini,huge", kModels)->model_of(7), 2U);
}

TEST(RoutingPolicy, a_cascade_switches_once_and_for_good) {
  EXPECT_EQ(next("cascade:mini,large,0.25", {}), (std::vector<double>{1, 0, 0}));
  EXPECT_EQ(next("cascade:mini,large,0.25", {0, 0}), (std::vector<double>{0.75, 0.25, 0}));
  EXPECT_EQ(next("cascade:mini,large,0.25", {0, 1}), (std::vector<double>{0, 1, 0}));
  EXPECT_FALSE(RoutingPolicy::parse("cascade:mini,large,0.25", kModels)->is_deterministic());
  EXPECT_EQ(RoutingPolicy::parse("cascade:mini,large,1", kModels)->model_of(1), 1U);
}

TEST(RoutingPolicy, exploration_gives_every_model_its_share) {
  const auto weights = next("explore:0.3/mini", {});
  EXPECT_DOUBLE_EQ(weights[0], 0.8);
  EXPECT_DOUBLE_EQ(weights[2], 0.1);
  EXPECT_EQ(next("lottery:mini=0.25,huge=0.75", {1}), (std::vector<double>{0.25, 0, 0.75}));
}

TEST(RoutingPolicy, knows_the_papers_policies) {
  const std::vector<std::string> two = {"a", "b"};
  const auto paper = [&](const char* text) {
    return RoutingPolicy::parse(text, two)->paper_policy();
  };
  EXPECT_EQ(paper("a,a"), (game::Policy{0, 0}));
  EXPECT_EQ(paper("b"), (game::Policy{1, 0}));
  EXPECT_EQ(paper("a,b,b"), (game::Policy{0, 1}));
  EXPECT_EQ(paper("cascade:a,b,0.3"), (game::Policy{0, 0.3}));
  for (const char* other :
       {"a,a,b", "b,a", "cascade:b,a,0.3", "lottery:a=0.5,b=0.5", "explore:0.1/a"}) {
    EXPECT_FALSE(paper(other)) << other;
  }
}

TEST(RoutingPolicy, bad_text_is_refused_with_what_is_allowed) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "policy '': '' is no model; known: mini, large, huge"},
      {"mini,nano", "policy 'mini,nano': 'nano' is no model; known: mini, large, huge"},
      {"cascade:mini,large", "policy 'cascade:mini,large': must be cascade:FIRST,LAST,PROBABILITY"},
      {"cascade:mini,large,2", "policy 'cascade:mini,large,2': 2 must be a probability, 0 to 1"},
      {"lottery:mini=0.5",
       "policy 'lottery:mini=0.5': the probabilities sum to 0.5, must sum to 1"},
      {"lottery:mini", "policy 'lottery:mini': must be lottery:MODEL=PROBABILITY,..."},
      {"explore:0.1", "policy 'explore:0.1': must be explore:PROBABILITY/POLICY, once"},
      {"explore:0.1/explore:0.1/mini",
       "policy 'explore:0.1/explore:0.1/mini': must be explore:PROBABILITY/POLICY, once"},
  };
  for (const auto& [text, message] : bad) {
    const auto policy = RoutingPolicy::parse(text, kModels);
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().to_string(), message);
  }
}

}  // namespace
}  // namespace turnout::policy
