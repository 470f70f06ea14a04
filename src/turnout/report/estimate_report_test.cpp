#include "turnout/report/estimate_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/base/rng.h"
#include "turnout/report/log_audit_report.h"
#include "turnout/scenario/scenario.h"
#include "turnout/scenario/scenario_setting.h"

namespace turnout::report {
namespace {

/// A log without sense: any models, attempts, outcomes, zero latencies, missing columns.
std::vector<traffic::Pass> senseless_log(base::Rng& rng) {
  const auto below = [&](std::size_t n) {
    return static_cast<std::size_t>(rng.uniform() * static_cast<double>(n));
  };
  std::vector<traffic::Pass> passes;
  const std::size_t tasks = 1 + below(200);
  const std::size_t models = 1 + below(4);
  const double feedback = rng.uniform() < 0.3 ? 0 : rng.uniform();
  const bool timeless = rng.uniform() < 0.2;
  const bool costs = rng.uniform() < 0.7;
  for (std::size_t task = 0; task < tasks; ++task) {
    const std::size_t attempts = 1 + below(7);
    for (std::size_t attempt = 1; attempt <= attempts; ++attempt) {
      if (rng.uniform() < 0.02) continue;  // a gap
      traffic::Pass pass;
      pass.task_id = "t" + std::to_string(task);
      pass.user_id = rng.uniform() < 0.5 ? "" : "u" + std::to_string(below(20));
      pass.attempt = static_cast<std::int64_t>(attempt);
      pass.model = "m" + std::to_string(below(models));
      pass.policy_id = std::to_string(below(3));
      pass.started_us = static_cast<std::int64_t>(rng.uniform() * 4e12);
      pass.latency_s = timeless ? 0 : rng.exponential(3);
      if (costs) pass.cost_usd = rng.uniform() - 0.2;
      if (rng.uniform() < 0.7) pass.output_tokens = static_cast<std::int64_t>(below(500));
      if (rng.uniform() < feedback)
        pass.outcome =
            rng.uniform() < 0.5 ? traffic::Outcome::kSuccess : traffic::Outcome::kFailure;
      passes.push_back(pass);
    }
  }
  return passes;
}

/// Fails for a number that is none (dumped as null) where a figure has its value.
void expect_numbers(const nlohmann::ordered_json& json) {
  if (json.is_object() && json.contains("basis")) {
    for (const char* key : {"value", "lo", "hi"}) {
      ASSERT_TRUE(json.at(key).is_number() && std::isfinite(json.at(key).get<double>()))
          << json.dump();
    }
    EXPECT_LE(json.at("lo").get<double>(), json.at("hi").get<double>()) << json.dump();
  }
  if (json.is_structured()) {
    for (const auto& part : json) expect_numbers(part);
  }
  if (json.is_number_float()) {
    ASSERT_TRUE(std::isfinite(json.get<double>()));
  }
}

TEST(EstimateReport, any_log_gives_numbers_and_a_scenario_that_can_be_read) {
  base::Rng rng(1);
  int estimated = 0;
  for (int i = 0; i < 200; ++i) {
    estimation::LogSelection selection;
    const auto passes = senseless_log(rng);
    estimation::SpeedLog speed;
    for (const auto& pass : passes) speed.add(pass);
    auto statistics = estimation::gather(passes, selection);
    ASSERT_TRUE(statistics);
    estimation::EstimateOptions options;
    options.draws = 100;
    options.feedback_odds = i % 3 == 0 ? 3 : 1;
    if (i % 2 == 0) options.lifetime_value = 50;
    auto estimate = estimation::estimate(*statistics, options);
    if (!estimate) continue;
    ++estimated;
    const analysis::EstimateAnswer answer{
        "log", {*std::move(statistics), {}, ""}, *std::move(estimate)};
    const auto audit = analysis::log_audit_answer("log", answer.reading, speed, {});
    ASSERT_TRUE(audit);
    expect_numbers(log_audit_json(*audit));
    EXPECT_FALSE(log_audit_text(*audit).empty());
    EXPECT_EQ(estimate_text(answer).find("nan"), std::string::npos);
    for (const bool population : {false, true}) {
      const auto made = analysis::estimated_scenario(answer, population);
      ASSERT_TRUE(made) << made.error().to_string();
      const auto text = scenario::write_scenario(made->scenario, made->comments);
      ASSERT_TRUE(text) << text.error().to_string();
      const auto scenario =
          scenario::parse_scenario(*text, "s.toml", "", {}, scenario::Ranges::kTaken);
      ASSERT_TRUE(scenario) << scenario.error().to_string() << "\n" << *text;
    }
  }
  EXPECT_GT(estimated, 150);
}

}  // namespace
}  // namespace turnout::report
