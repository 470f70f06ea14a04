#include "turnout/scenario/scenario_scope.h"
#include "turnout/scenario/scenario_writer.h"

#include <gtest/gtest.h>

#include <cmath>
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
  EXPECT_EQ(scenario->game.user().value, 12);
  EXPECT_EQ(scenario->game.user().value_of_time, 1);
  EXPECT_EQ(scenario->game.churn_penalty(), 4);
  EXPECT_EQ(scenario->game.model(1).latency, 9);
  EXPECT_EQ(scenario->names[0], "mini");
  EXPECT_EQ(
      parse_scenario("[user]\nvalue = 1\nvalue_of_time = 0.5\n" + kProvider + kFirst + kSecond, "s")
          ->game.user()
          .value_of_time,
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
        BadScenario{"missing_user", kProvider + kFirst + kSecond,
                    "s.toml: the table [user] is missing"},
        BadScenario{"user_is_a_number", "user = 3\n" + kProvider + kFirst + kSecond,
                    "s.toml:1: user must be a table, written [user]"},
        BadScenario{"missing_key", "[user]\n" + kProvider + kFirst + kSecond,
                    "s.toml:1: user.value: is missing"},
        BadScenario{"unknown_key", kUser + "vlaue = 3\n" + kProvider + kFirst + kSecond,
                    "s.toml:3: user.vlaue: is not a known key; allowed are value, value_of_time, "
                    "knows, participates, patience, outside; did you mean 'value'?"},
        BadScenario{"unknown_table",
                    kUser + kProvider + kFirst + kSecond + "[dificulty]\nsigma = 1\n",
                    "s.toml:15: dificulty: is not a known key; allowed are user, provider, model, "
                    "segment, switching, "
                    "difficulty, judgement; did you mean 'difficulty'?"},
        BadScenario{"wrong_type", "[user]\nvalue = 'much'\n" + kProvider + kFirst + kSecond,
                    "s.toml:2: user.value: is a TOML string, must be a number"},
        BadScenario{"not_a_number", "[user]\nvalue = nan\n" + kProvider + kFirst + kSecond,
                    "s.toml:2: user.value: nan must be >= 0 and at most 1e100"},
        BadScenario{"infinite", "[user]\nvalue = inf\n" + kProvider + kFirst + kSecond,
                    "s.toml:2: user.value: inf must be >= 0 and at most 1e100"},
        BadScenario{"out_of_range",
                    kUser + kProvider + kFirst +
                        "[[model]]\nname = 'x'\nsuccess = 1.5\nlatency = 1\ncost = 1\n",
                    "s.toml:12: model[2].success: 1.5 must be in (0, 1], at least 1e-100"},
        BadScenario{"no_model", kUser + kProvider,
                    "s.toml: has 0 [[model]] tables, must have 1 to 64"},
        BadScenario{"model_is_a_table", kUser + kProvider + "[model]\nname = 'x'\n",
                    "s.toml:5: model: must be tables, written [[model]]"},
        BadScenario{"knows", kUser + "knows = 'all'\n" + kProvider + kFirst,
                    "s.toml:3: user.knows: 'all' must be \"policy\", \"model\" or \"attempt\""},
        BadScenario{"participates", kUser + "participates = 1\n" + kProvider + kFirst,
                    "s.toml:3: user.participates: is a TOML integer, must be true or false"},
        BadScenario{"negative_sigma", kUser + kProvider + kFirst + "[difficulty]\nsigma = -1\n",
                    "s.toml:11: difficulty.sigma: -1 must be in [0, 10]"},
        BadScenario{"two_difficulties",
                    kUser + kProvider + kFirst + "[difficulty]\nsigma = 1\noutcomes = 'x.csv'\n",
                    "s.toml:11: difficulty.sigma: does not go with outcomes"},
        BadScenario{"missing_outcomes",
                    kUser + kProvider + kFirst + "[difficulty]\noutcomes = '/nowhere/x.csv'\n",
                    "s.toml:11: difficulty.outcomes: /nowhere/x.csv: cannot be read: No such file "
                    "or directory"},
        BadScenario{"short_switching",
                    kUser + kProvider + kFirst + kSecond + "[switching]\ncost = [[0, 1]]\n",
                    "s.toml:16: switching.cost: must be a number or 2 rows of 2 numbers, from "
                    "model by to model"},
        BadScenario{"switching_to_itself",
                    kUser + kProvider + kFirst + kSecond + "[switching]\ncost = [[1, 1], [1, 0]]\n",
                    "s.toml:16: switching.cost: 1 on the diagonal must be 0: staying on a model is "
                    "no switch"},
        BadScenario{"negative_switching",
                    kUser + kProvider + kFirst + kSecond + "[switching]\nlatency = -1\n",
                    "s.toml:16: switching.latency: -1 must be >= 0 and at most 1e100"},
        BadScenario{"shares",
                    "[user]\n" + kProvider + kFirst + "[[segment]]\nshare = 0.5\nvalue = 1\n",
                    "s.toml: segment: the shares sum to 0.5, must sum to 1"},
        BadScenario{"value_twice",
                    kUser + kProvider + kFirst + "[[segment]]\nshare = 1\nvalue = 1\n",
                    "s.toml:2: user.value: must be absent: each [[segment]] has its own"},
        BadScenario{"interval",
                    kUser + kProvider +
                        "[[model]]\nname = 'x'\nsuccess = {mean = 0.5, lo = 0.6, hi = "
                        "0.7}\nlatency = 1\ncost = 1\n",
                    "s.toml:7: model[1].success.mean: 0.5 must be between lo = 0.6 and hi = 0.7"},
        BadScenario{
            "counts_of_cost",
            kUser + kProvider +
                "[[model]]\nname = 'x'\nsuccess = 0.5\nlatency = 1\ncost = {successes = 1, trials "
                "= 2}\n",
            "s.toml:9: model[1].cost.trials: counts go with success only, use {mean, lo, hi}"},
        BadScenario{"same_name", kUser + kProvider + kFirst + kFirst,
                    "s.toml:11: model[2].name: 'mini' names two models, names must differ"},
        BadScenario{"empty_name",
                    kUser + kProvider +
                        "[[model]]\nname = ''\nsuccess = 0.5\nlatency = 1\ncost = 1\n" + kSecond,
                    "s.toml:6: model[1].name: '' must have 1 to 200 printable characters"},
        BadScenario{"negative_price", kUser + kProvider + kFirst + kSecond + "price = -0.5\n",
                    "s.toml:15: model[2].price: -0.5 must be >= 0 and at most 1e100"},
        BadScenario{"repeated_key", "[user]\nvalue = 1\nvalue = 2\n" + kProvider + kFirst + kSecond,
                    "s.toml:3: Error while parsing key-value pair: cannot redefine existing "
                    "integer 'value'"}),
    [](const auto& test) { return test.param.name; });

TEST(Scenario, refuses_trailing_junk_and_binary_with_a_line) {
  EXPECT_NE(error_of(kUser + kProvider + kFirst + kSecond + "junk").find("s.toml:15: "),
            std::string::npos);
  EXPECT_NE(error_of(std::string("\x7f"
                                 "ELF\x00\x01\xff",
                                 7))
                .find("s.toml:1: "),
            std::string::npos);
}

TEST(Scenario, reads_what_lies_beyond_the_paper) {
  const auto s = parse_scenario(
      "[user]\nknows = 'attempt'\nparticipates = true\npatience = 0.9\noutside = 2\n"
      "[judgement]\nharm = 3\nlate_churn = 1\nnaive = true\n[provider]\nchurn_penalty = "
      "4.0\ncommits = "
      "false\n" +
          kFirst + "price = 0.25\npatience = 0.5\nfalse_accept = 0.1\n" + kSecond +
          "false_reject = 0.2\n"
          "[switching]\ncost = 0.5\nlatency = [[0, 1], [2, 0]]\n[difficulty]\nsigma = "
          "1.5\nfeedback = -0.5\n"
          "[[segment]]\nshare = 0.25\nvalue = 8\n[[segment]]\nshare = 0.75\nvalue = "
          "4\nvalue_of_time = 2\n",
      "s.toml");
  ASSERT_TRUE(s) << s.error().to_string();
  EXPECT_EQ(s->knows, Knows::kAttempt);
  EXPECT_TRUE(s->game.participates());
  EXPECT_FALSE(s->commits);
  EXPECT_EQ(s->game.model(0).price, 0.25);
  EXPECT_EQ(s->game.model(0).patience, 0.5);
  EXPECT_EQ(s->game.model(1).patience, 0.9);
  EXPECT_EQ(s->game.model(0).false_accept, 0.1);
  EXPECT_EQ(s->game.model(1).false_reject, 0.2);
  EXPECT_EQ(s->game.provider().late_churn, 1);
  for (const game::User& user : {s->game.user(), s->segments[0].user, s->segments[1].user}) {
    EXPECT_EQ(user.outside, 2);
    EXPECT_EQ(user.harm, 3);
    EXPECT_TRUE(user.naive);
  }
  EXPECT_EQ(s->game.switch_cost(0, 1), 0.5);
  EXPECT_EQ(s->game.switch_latency(1, 0), 2);
  EXPECT_EQ(s->difficulty->sigma, 1.5);
  EXPECT_EQ(s->difficulty->feedback, -0.5);
  EXPECT_EQ(s->difficulty->tau, 0);
  ASSERT_EQ(s->segments.size(), 2U);
  EXPECT_EQ(s->segments[1].user.value_of_time, 2);
  EXPECT_EQ(s->game.user().value, 5);
}

TEST(Scenario, reads_patience_by_attempt) {
  const std::string user = "[user]\nvalue = 10\npatience = [0.9, 0.8]\n";
  const auto s = parse_scenario(user + kProvider + kFirst + kSecond + "patience = 0.7\n", "s.toml");
  ASSERT_TRUE(s) << s.error().to_string();
  EXPECT_TRUE(s->game.has_patience_by_attempt());
  EXPECT_EQ(s->game.patience(0, 0), 0.9);
  EXPECT_EQ(s->game.patience(0, 1), 0.8);
  EXPECT_EQ(s->game.patience(0, 9), 0.8) << "the last entry repeats";
  EXPECT_EQ(s->game.patience(1, 0), 0.7);
  const auto text = write_scenario(*s, {}).value();
  EXPECT_NE(text.find("patience = [0.9, 0.8]"), std::string::npos) << text;
  const auto again = parse_scenario(text, "again.toml");
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->game.patience_by_attempt(), s->game.patience_by_attempt());
  for (const char* bad : {"[]", "[0.9, 1.2]", "[0.9, 'a']"}) {
    const auto wrong = parse_scenario(
        "[user]\nvalue = 10\npatience = " + std::string(bad) + "\n" + kProvider + kFirst, "s.toml");
    ASSERT_FALSE(wrong) << bad;
    EXPECT_NE(wrong.error().to_string().find("s.toml:3: user.patience"), std::string::npos)
        << wrong.error().to_string();
  }
  EXPECT_FALSE(parse_scenario(
      user + kProvider + kFirst + kSecond + "patience = { mean = 0.7, lo = 0.6, hi = 0.8 }\n",
      "s.toml"));
}

TEST(Scenario, reads_how_well_tasks_suit_a_model) {
  const std::string text = "[user]\nvalue = 10\n" + kProvider + kFirst + "[difficulty]\n";
  EXPECT_EQ(parse_scenario(text + "tau = 0.8\n", "s.toml")->difficulty->tau, 0.8);
  for (const char* bad : {"tau = -1\n", "tau = 11\n", "tau = 1\noutcomes = 'o.csv'\n"}) {
    const auto s = parse_scenario(text + bad, "s.toml");
    ASSERT_FALSE(s) << bad;
    EXPECT_NE(s.error().to_string().find("tau"), std::string::npos) << s.error().to_string();
  }
}

TEST(Scenario, reads_lognormals_as_segments_with_their_median_and_mean) {
  const auto s =
      parse_scenario("[user]\nvalue = {median = 10, sigma = 0.5}\n" + kProvider + kFirst, "s.toml");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->game.user().value, 10);
  double mean = 0;
  std::size_t below = 0;
  for (const Segment& segment : s->segments) {
    mean += segment.share * segment.user.value;
    below += segment.user.value < 10 ? 1U : 0U;
  }
  EXPECT_EQ(below, s->segments.size() / 2);
  EXPECT_NEAR(mean, 10 * std::exp(0.125), 0.02);
}

TEST(Scenario, reads_how_well_a_number_is_known) {
  const auto s = parse_scenario(
      "[user]\nvalue = {mean = 10, lo = 8, hi = 13}\n" + kProvider +
          "[[model]]\nname = 'x'\nsuccess = {successes = 4, trials = 8}\nlatency = 1\ncost = 1\n",
      "s.toml");
  ASSERT_TRUE(s);
  ASSERT_EQ(s->uncertain.size(), 2U);
  EXPECT_EQ(s->uncertain[0].high, 13);
  EXPECT_EQ(s->uncertain[1].trials, 8);
  EXPECT_EQ(s->game.model(0).success, 0.5);
}

TEST(Scenario, the_papers_game_is_refused_by_naming_the_key_that_goes_beyond_it) {
  const std::string base = kUser + kProvider + kFirst;
  const auto refusal = [](const std::string& text) {
    const bool users_differ = text.find("median") != std::string::npos;
    const auto game =
        paper_game(parse_scenario(text, "s.toml").value(), users_differ ? "audit" : "solve");
    return game ? "none" : game.error().to_string();
  };
  EXPECT_EQ(refusal(base + kSecond), "none");
  EXPECT_EQ(refusal(base + "price = 0.0\n" + kSecond), "none");
  EXPECT_EQ(refusal(base), "s.toml: has 1 [[model]] tables, solve needs 2; see turnout plan");
  const std::string priced = base + "price = 0.5\n" + kSecond;
  EXPECT_EQ(refusal(priced), "none");
  EXPECT_EQ(refusal("[user]\nvalue = {median = 9, sigma = 1}\n" + kProvider + kFirst + kSecond),
            "s.toml: segment: audit is for users who are alike; see turnout solve");
  for (const char* beyond : {"[switching]\ncost = 1\n", "[difficulty]\nsigma = 1\n"}) {
    EXPECT_NE(refusal(base + kSecond + beyond), "none");
  }
}

}  // namespace
}  // namespace turnout::scenario
