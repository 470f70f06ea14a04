#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "games.h"
#include "turnout/report/audit_report.h"
#include "turnout/report/catalog_report.h"
#include "turnout/report/explain_report.h"
#include "turnout/report/response_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;
using turnout::testing::game_of;

const scenario::TwoModelScenario kCascade{game_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5}),
                                          {"mini", "large"}};
const scenario::TwoModelScenario kThrottled{game_of(20, 1, {0.5, 5, 1}, {0.8, 4, 2}),
                                            {"mini", "large"}};
const scenario::TwoModelScenario kPatience{game_of(10, 100, {0.2, 1, 1}, {0.8, 9, 1.2}),
                                           {"mini", "slow"}};

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

TEST(Reports, text_and_json_carry_the_same_numbers) {
  for (const auto& scenario : {kCascade, kThrottled, kPatience}) {
    expect_same_numbers(solution_text(scenario), solution_json(scenario));
    auto audited = audit_json(scenario, 0.01);
    audited["throttling"].erase("margin");  // an argument, not a result
    // Of a route the audit's text gives words, cost and utility; the rest is solve's.
    for (auto* route :
         {&audited["misalignment"]["provider_route"],
          &audited["misalignment"]["user_preferred_route"], &audited["opt_out"]["route"]}) {
      *route = {{"provider_cost", (*route)["provider_cost"]},
                {"user_utility", (*route)["user_utility"]}};
    }
    expect_same_numbers(audit_text(scenario, 0.01), audited);
    const auto curve = response_curve(scenario.game, 5);
    expect_same_numbers(response_text(scenario, curve), response_json(scenario, curve));
    auto explained = explain_json(scenario);
    for (auto& boundary : explained["boundaries"]) {  // distances are percentages in the text
      for (const char* side : {"below", "above"}) {
        if (boundary[side].is_object()) boundary[side].erase("relative_distance");
      }
    }
    explained.erase("optimum");  // solve's numbers; explain shows the route in words
    expect_same_numbers(explain_text(scenario), explained);
  }
}

TEST(Reports, json_has_no_null_in_place_of_a_number) {
  for (const auto& scenario : {kCascade, kThrottled, kPatience}) {
    EXPECT_EQ(to_text(solution_json(scenario)).find("null"), std::string::npos);
  }
}

TEST(ResponseCurve, marks_thresholds_and_the_optimum) {
  const auto curve = response_curve(kCascade.game, 11);
  const auto marked = std::find_if(curve.begin(), curve.end(),
                                   [](const auto& p) { return p.mark == "s0 optimum"; });
  ASSERT_NE(marked, curve.end());
  EXPECT_DOUBLE_EQ(marked->policy.cascade, 2.0 / 7);
  EXPECT_TRUE(marked->response.indifferent);
  EXPECT_EQ(curve.size(), 13U);  // 11 shares, s0, (2,0)
  EXPECT_TRUE(std::is_sorted(curve.begin(), curve.end() - 1, [](const auto& a, const auto& b) {
    return a.policy.cascade < b.policy.cascade;
  }));
}

TEST(Table, aligns_the_first_column_left_and_the_others_right) {
  Table table({"a", "bb"});
  table.add({"long", "1"});
  EXPECT_EQ(table.to_string(1), " a     bb\n ----  --\n long   1\n");
}

TEST(Wrapped, breaks_at_spaces_only) { EXPECT_EQ(wrapped("aa bb cc", 6, 1), " aa bb\n cc\n"); }

TEST(Number, has_six_digits_and_no_negative_zero) {
  EXPECT_EQ(number(1.0 / 3), "0.333333");
  EXPECT_EQ(number(-0.0), "0");
  EXPECT_EQ(percent(0.0253), "2.5 %");
}

}  // namespace
}  // namespace turnout::report
