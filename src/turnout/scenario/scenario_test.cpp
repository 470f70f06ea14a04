#include "turnout/scenario/scenario.h"

#include <gtest/gtest.h>

#include <string>

namespace turnout::scenario {
namespace {

const std::string kUser = "[user]\nvalue = 12\n";
const std::string kProvider = "[provider]\nchurn_penalty = 4.0\n";
const std::string kFirst = "[[model]]\nname = 'mini'\nsuccess = 0.45\nlatency = 3\ncost = 0.4\n";
const std::string kSecond = "[[model]]\nname = \"large\"\nsuccess = 0.8\nlatency = 9.0\ncost = 2\n";

std::string error_of(const std::string& text) {
  const auto scenario = parse_scenario(text, "s.toml");
  return scenario ? "no error" : scenario.error().to_string();
}

TEST(Scenario, reads_every_key_and_defaults_the_value_of_time_to_one) {
  const auto scenario = parse_scenario(kUser + kProvider + kFirst + kSecond, "s.toml");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->game.value(), 12);
  EXPECT_EQ(scenario->game.value_of_time(), 1);
  EXPECT_EQ(scenario->game.churn_penalty(), 4);
  EXPECT_EQ(scenario->game.model(1).latency, 9);
  EXPECT_EQ(scenario->names[0], "mini");
  EXPECT_EQ(parse_scenario("[user]\nvalue = 1\nvalue_of_time = 0.5\n" + kProvider + kFirst + kSecond, "s")
                ->game.value_of_time(),
            0.5);
}

struct BadScenario {
  const char* name;
  std::string text;
  const char* message;
  friend void PrintTo(const BadScenario& bad, std::ostream* out) { *out << bad.name; }
};

class BadScenarioTest : public ::testing::TestWithParam<BadScenario> {};

TEST_P(BadScenarioTest, is_refused_with_place_value_and_what_is_allowed) {
  EXPECT_EQ(error_of(GetParam().text), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Scenario, BadScenarioTest,
    ::testing::Values(
        BadScenario{"empty", "", "s.toml: is empty, must be a scenario"},
        BadScenario{"blank", " \n\n", "s.toml: is empty, must be a scenario"},
        BadScenario{"missing_user", kProvider + kFirst + kSecond, "s.toml: the table [user] is missing"},
        BadScenario{"user_is_a_number", "user = 3\n" + kProvider + kFirst + kSecond,
                    "s.toml:1: user must be a table, written [user]"},
        BadScenario{"missing_key", "[user]\n" + kProvider + kFirst + kSecond, "s.toml:1: user.value: is missing"},
        BadScenario{"unknown_key", kUser + "vlaue = 3\n" + kProvider + kFirst + kSecond,
                    "s.toml:3: user.vlaue: is not a known key; allowed are value, value_of_time"},
        BadScenario{"unknown_table", kUser + kProvider + kFirst + kSecond + "[difficulty]\nsigma = 1\n",
                    "s.toml:15: difficulty: is not a known key; allowed are user, provider, model"},
        BadScenario{"wrong_type", "[user]\nvalue = 'much'\n" + kProvider + kFirst + kSecond,
                    "s.toml:2: user.value: is a TOML string, must be a number"},
        BadScenario{"not_a_number", "[user]\nvalue = nan\n" + kProvider + kFirst + kSecond,
                    "s.toml:2: user.value: nan must be >= 0 and at most 1e100"},
        BadScenario{"infinite", "[user]\nvalue = inf\n" + kProvider + kFirst + kSecond,
                    "s.toml:2: user.value: inf must be >= 0 and at most 1e100"},
        BadScenario{"out_of_range",
                    kUser + kProvider + kFirst + "[[model]]\nname = 'x'\nsuccess = 1.5\nlatency = 1\ncost = 1\n",
                    "s.toml:12: model[2].success: 1.5 must be in (0, 1], at least 1e-100"},
        BadScenario{"one_model", kUser + kProvider + kFirst, "s.toml: has 1 [[model]] tables, must have 2"},
        BadScenario{"three_models", kUser + kProvider + kFirst + kSecond + kFirst,
                    "s.toml: has 3 [[model]] tables, must have 2"},
        BadScenario{"same_name", kUser + kProvider + kFirst + kFirst,
                    "s.toml:11: model[2].name: 'mini' names both models, names must differ"},
        BadScenario{"empty_name",
                    kUser + kProvider + "[[model]]\nname = ''\nsuccess = 0.5\nlatency = 1\ncost = 1\n" + kSecond,
                    "s.toml:6: model[1].name: '' must have 1 to 200 printable characters"},
        BadScenario{
            "price", kUser + kProvider + kFirst + kSecond + "price = 0.5\n",
            "s.toml:15: model[2].price: 0.5 is not supported: the two-model game has no prices, only 0 is allowed"},
        BadScenario{"repeated_key", "[user]\nvalue = 1\nvalue = 2\n" + kProvider + kFirst + kSecond,
                    "s.toml:3: Error while parsing key-value pair: cannot redefine existing integer 'value'"}),
    [](const auto& test) { return test.param.name; });

TEST(Scenario, refuses_trailing_junk_and_binary_with_a_line) {
  EXPECT_NE(error_of(kUser + kProvider + kFirst + kSecond + "junk").find("s.toml:15: "), std::string::npos);
  EXPECT_NE(error_of(std::string("\x7f"
                                 "ELF\x00\x01\xff",
                                 7))
                .find("s.toml:1: "),
            std::string::npos);
}

TEST(Scenario, accepts_a_price_of_zero) {
  EXPECT_TRUE(parse_scenario(kUser + kProvider + kFirst + "price = 0.0\n" + kSecond, "s.toml"));
}

}  // namespace
}  // namespace turnout::scenario
