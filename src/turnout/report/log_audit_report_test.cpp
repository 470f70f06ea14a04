#include "turnout/report/log_audit_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace turnout::report {
namespace {

analysis::LogAuditAnswer answer_of_two() {
  analysis::LogAuditAnswer answer;
  answer.log.source = "record.csv";
  answer.period_us = 86'400'000'000;
  for (const char* name : {"a", "b"}) {
    estimation::SpeedSeries series;
    series.model = name;
    series.speed.adjusted = {"output tokens"};
    series.speed.unadjusted = {"input tokens (the log has none)"};
    answer.speed.push_back(series);
  }
  return answer;
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(LogAuditReport, says_once_what_all_models_were_adjusted_for_and_else_by_model) {
  auto answer = answer_of_two();
  EXPECT_EQ(times(log_audit_text(answer), "djusted for: output tokens"), 1U);
  answer.speed[1].speed.adjusted.clear();
  answer.speed[1].speed.unadjusted.emplace_back("output tokens (the log has none)");
  const auto text = log_audit_text(answer);
  EXPECT_EQ(times(text, "a: adjusted for: output tokens."), 1U);
  EXPECT_EQ(times(text, "b: adjusted for: nothing."), 1U);
}

TEST(LogAuditReport, names_the_log_and_what_was_refused_of_it) {
  auto answer = answer_of_two();
  answer.log.reading.import.read.rows = 10;
  answer.log.reading.import.read.defects.at(1) = 2;
  answer.log.reading.import.read.first_defect = "record.csv:3: why";
  const auto text = log_audit_text(answer);
  EXPECT_EQ(times(text, "Log: record.csv"), 1U);
  EXPECT_EQ(times(text, "of 10 rows 2 refused, the first: record.csv:3: why"), 1U);
}

TEST(LogAuditReport, names_no_day_of_a_drift_and_no_route_of_one_model) {
  auto answer = answer_of_two();
  answer.speed.resize(1);
  answer.speed[0].verdict = estimation::SpeedVerdict::kDrift;
  answer.speed[0].trend = {1.3, 1.2, 1.4};
  const auto text = log_audit_text(answer);
  EXPECT_EQ(times(text, "it drifts"), 1U);
  EXPECT_EQ(times(text, "1.30 [1.20, 1.40] times"), 1U);
  EXPECT_EQ(times(text, "there is no choice"), 1U);
  EXPECT_TRUE(log_audit_json(answer)["speed"][0]["changes"].empty());
}

}  // namespace
}  // namespace turnout::report
