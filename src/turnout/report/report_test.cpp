#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "scenarios.h"
#include "turnout/report/audit_report.h"
#include "turnout/report/catalog_report.h"
#include "turnout/report/explain_report.h"
#include "turnout/report/response_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;
using turnout::testing::scenario_of;

const scenario::Scenario kCascade = scenario_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5});
const scenario::Scenario kThrottled = scenario_of(20, 1, {0.5, 5, 1}, {0.8, 4, 2});
const scenario::Scenario kPatience = scenario_of(10, 100, {0.2, 1, 1}, {0.8, 9, 1.2});

/// Calls `on_number` with each number in a JSON value.
void each_number(const ordered_json& json, const std::function<void(double)>& on_number) {
  if (json.is_number()) on_number(json.get<double>());
  if (!json.is_structured()) return;
  for (const auto& item : json.items()) each_number(item.value(), on_number);
}

void expect_same_numbers(const std::string& text, const ordered_json& json) {
  each_number(json, [&](double x) {
    EXPECT_NE(text.find(number(x)), std::string::npos) << x << " is not in\n" << text;
  });
}

void expect_solution(const scenario::Scenario& scenario) {
  const auto answer = analysis::solve_answer(scenario).value();
  auto json = solution_json(answer);
  // The text has the policy that is deployed and rounds each s to the safe side.
  const auto deployed = json["deployed"];
  for (const char* key : {"cascade", "abandon", "provider_cost", "user_utility", "success",
                          "latency", "service_cost"}) {
    json[key] = deployed[key];
  }
  json.erase("deployed");
  const auto candidates = answer.equilibrium.candidates();
  for (std::size_t i = 0; i < candidates.size(); ++i)
    json["candidates"][i]["cascade"] = analysis::printed_cascade(candidates[i]);
  expect_same_numbers(solution_text(answer), json);
}

void expect_audit(const scenario::Scenario& scenario) {
  const auto answer = analysis::audit_answer(scenario, {}).value();
  auto json = audit_json(answer);
  json["throttling"].erase("margin");  // an argument, not a result
  // Of a route the audit's text gives words, cost and utility; the rest is solve's.
  for (auto* route : {&json["disagreement"]["provider"], &json["disagreement"]["user"],
                      &json["opt_out"]["provider"]}) {
    *route = {{"provider_cost", (*route)["provider_cost"]},
              {"user_utility", (*route)["user_utility"]}};
  }
  expect_same_numbers(audit_text(answer), json);
}

void expect_explanation(const scenario::Scenario& scenario) {
  const auto answer = analysis::explain_answer(scenario).value();
  auto json = explain_json(answer);
  for (auto& boundary : json["boundaries"]) {  // distances are percentages in the text
    for (const char* side : {"below", "above"}) {
      if (boundary[side].is_object()) boundary[side].erase("relative_distance");
    }
  }
  json.erase("optimum");  // solve's numbers; explain shows the route in words
  expect_same_numbers(explain_text(answer), json);
}

TEST(Reports, text_and_json_carry_the_same_numbers) {
  for (const auto& scenario : {kCascade, kThrottled, kPatience}) {
    expect_solution(scenario);
    expect_audit(scenario);
    const auto response = analysis::response_answer(scenario, {5}).value();
    expect_same_numbers(response_text(response), response_json(response));
    expect_explanation(scenario);
  }
}

TEST(Reports, json_has_no_null_in_place_of_a_number) {
  for (const auto& scenario : {kCascade, kThrottled, kPatience}) {
    const auto answer = analysis::solve_answer(scenario).value();
    EXPECT_EQ(to_text(solution_json(answer)).find("null"), std::string::npos);
  }
}

TEST(Table, aligns_the_first_column_left_and_the_others_right) {
  Table table({"a", "bb"});
  table.add({"long", "1"});
  EXPECT_EQ(table.to_string(1), " a     bb\n ----  --\n long   1\n");
}

TEST(Table, counts_what_a_terminal_shows_as_two_columns_as_two) {
  Table table({"a", "b"});
  table.add({"模型", "1"});
  table.add({"é", "22"});
  EXPECT_EQ(table.to_string(), "a      b\n----  --\n模型   1\né     22\n");
}

TEST(Table, wider_than_the_page_goes_on_below_with_its_first_column_repeated) {
  Table table({"model", "one", "two", "three"});
  table.add({"mini", "1", "2", "3"});
  set_page_width(15);
  const std::string narrow = table.to_string();
  const std::string paragraph = wrapped("five words are too long", 80, 0);
  set_page_width(3);  // not even one column fits
  const std::string least = table.to_string();
  set_page_width(0);
  EXPECT_EQ(narrow,
            "model  one  two\n-----  ---  ---\nmini     1    2\n\n"
            "model  three\n-----  -----\nmini       3\n");
  EXPECT_EQ(paragraph, "five words are\ntoo long\n");
  EXPECT_EQ(std::count(least.begin(), least.end(), '\n'), 3 * 3 + 2);
  EXPECT_EQ(table.to_string(),
            "model  one  two  three\n-----  ---  ---  -----\nmini     1    2      3\n");
}

TEST(Wrapped, breaks_at_spaces_only) { EXPECT_EQ(wrapped("aa bb cc", 6, 1), " aa bb\n cc\n"); }

TEST(Number, has_six_digits_and_no_negative_zero) {
  EXPECT_EQ(number(1.0 / 3), "0.333333");
  EXPECT_EQ(number(-0.0), "0");
  EXPECT_EQ(percent(0.0253), "2.5 %");
}

}  // namespace
}  // namespace turnout::report
