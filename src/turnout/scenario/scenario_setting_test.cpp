#include "turnout/scenario/scenario_setting.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnout::scenario {
namespace {

constexpr const char* kFile =
    "[user]\nvalue = 12\n[provider]\nchurn_penalty = { mean = 4, lo = 3, hi = 5 }\n"
    "[[model]]\nname = 'gpt-4.1 (a=b)'\nsuccess = 0.45\nlatency = 3\ncost = 0.4\n"
    "[[model]]\nname = 'large'\nsuccess = 0.8\nlatency = 9\ncost = 2\n";

base::Result<Scenario> with(const std::vector<std::string>& settings) {
  return parse_scenario(kFile, "s.toml", "", settings);
}

std::string refusal(const std::string& setting) {
  const auto read = with({setting});
  return read ? "accepted" : read.error().to_string();
}

TEST(ScenarioSetting, changes_numbers_by_key_and_by_symbol) {
  const auto by_key =
      with({"user.value=7", "provider.churn_penalty=1", "user.value_of_time=2",
            "model.gpt-4.1 (a=b).success=0.5", "model.large.cost=3", "model.large.price=0.25"});
  const auto by_symbol = with({"V=7", "P=1", "w=2", "p1=0.5", "c2=3", "r2=0.25"});
  for (const auto* read : {&by_key, &by_symbol}) {
    ASSERT_TRUE(*read) << read->error().to_string();
    const auto& game = (*read)->game;
    EXPECT_EQ(game.user().value, 7);
    EXPECT_EQ(game.user().value_of_time, 2);
    EXPECT_EQ(game.churn_penalty(), 1);
    EXPECT_EQ(game.model(0).success, 0.5);
    EXPECT_EQ(game.model(1).cost, 3);
    EXPECT_EQ(game.model(1).price, 0.25);
  }
}

TEST(ScenarioSetting, gives_a_scenario_a_difficulty_by_key_and_by_symbol) {
  const auto by_key =
      with({"difficulty.sigma=1.5", "difficulty.tau=0.5", "difficulty.feedback=0.2"});
  const auto by_symbol = with({"sigma=1.5", "tau=0.5", "feedback=0.2"});
  for (const auto* read : {&by_key, &by_symbol}) {
    ASSERT_TRUE(*read) << read->error().to_string();
    EXPECT_EQ((*read)->difficulty->sigma, 1.5);
    EXPECT_EQ((*read)->difficulty->tau, 0.5);
    EXPECT_EQ((*read)->difficulty->feedback, 0.2);
  }
}

TEST(ScenarioSetting, says_who_may_stay_away_what_users_know_and_how_patience_wears_off) {
  const auto read = with({"user.participates=true", "user.knows=attempt", "provider.commits=false",
                          "judgement.naive=true", "rho=[0.99, 0.9]"});
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_TRUE(read->game.participates());
  EXPECT_EQ(read->knows, Knows::kAttempt);
  EXPECT_FALSE(read->commits);
  EXPECT_TRUE(read->game.user().naive);
  EXPECT_EQ(read->game.patience(0, 0), 0.99);
  EXPECT_EQ(read->game.patience(1, 7), 0.9);
}

TEST(ScenarioSetting, says_what_words_and_lists_may_be) {
  EXPECT_EQ(refusal("user.participates=1"), "--set user.participates: '1' must be true or false");
  EXPECT_NE(refusal("user.knows=all").find("--set user.knows"), std::string::npos)
      << refusal("user.knows=all");
  EXPECT_EQ(refusal("rho=[0.9,x]"), "--set rho: 'x' is not a number");
  EXPECT_NE(refusal("rho=[]"), "accepted");
  EXPECT_EQ(refusal("V=[1]"), "--set V: '[1]' is not a number");
}

TEST(ScenarioSetting, makes_an_interval_a_number_that_is_known) {
  ASSERT_TRUE(with({}));
  EXPECT_EQ(with({})->uncertain.size(), 1U);
  EXPECT_EQ(with({"P=4"})->uncertain.size(), 0U);
}

TEST(ScenarioSetting, lets_the_later_of_two_hold) {
  EXPECT_EQ(with({"V=7", "V=8"})->game.user().value, 8);
}

TEST(ScenarioSetting, is_held_to_the_rules_of_the_file_and_named_in_their_messages) {
  EXPECT_EQ(refusal("p1=1.5").find("s.toml: --set model[1].success: 1.5 must be"), 0U)
      << refusal("p1=1.5");
  EXPECT_NE(refusal("P=-1").find("--set provider.churn_penalty"), std::string::npos);
}

TEST(ScenarioSetting, names_what_may_have_been_meant) {
  EXPECT_NE(refusal("user.valeu=1").find("did you mean 'user.value'?"), std::string::npos);
  EXPECT_NE(refusal("model.lrage.cost=1").find("did you mean 'model.large.cost'?"),
            std::string::npos);
  EXPECT_NE(refusal("p3=1").find("'p3' is nothing that this scenario may say"), std::string::npos);
  EXPECT_EQ(refusal("V"), "--set: 'V' must be KEY=VALUE");
  EXPECT_EQ(refusal("V=two"), "--set V: 'two' is not a number");
  EXPECT_NE(refusal("=1").find("'' is nothing"), std::string::npos);
}

TEST(ScenarioSetting, leaves_a_file_that_is_no_scenario_to_the_reader) {
  for (const char* text : {"model = 3\n", "user = 1\n", "[[model]]\n"}) {
    EXPECT_FALSE(parse_scenario(text, "s.toml", "", std::vector<std::string>{"V=1"})) << text;
  }
}

}  // namespace
}  // namespace turnout::scenario
