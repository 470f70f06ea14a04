#include "turnout/analysis/estimate_answer.h"

#include <gtest/gtest.h>

#include <fstream>

#include "turnout/analysis/import_answer.h"
#include "turnout/analysis/log_answer.h"
#include "turnout/base/rng.h"
#include "turnout/base/temporary_files.h"
#include "turnout/scenario/scenario_setting.h"
#include "turnout/traffic/pass_writer.h"

namespace turnout::analysis {
namespace {

/// A log of two models, the worse one first.
std::vector<traffic::Pass> passes(std::size_t tasks) {
  base::Rng rng(3);
  std::vector<traffic::Pass> all;
  for (std::size_t task = 0; task < tasks; ++task) {
    for (int attempt = 1; attempt <= 2; ++attempt) {
      traffic::Pass pass;
      pass.task_id = "t" + std::to_string(task);
      pass.user_id = "u" + std::to_string(task % 100);
      pass.attempt = attempt;
      pass.model = attempt == 1 ? "z \"small\"" : "a";
      pass.started_us = static_cast<std::int64_t>(task) * 60'000'000 + attempt * 10'000'000;
      pass.latency_s = rng.exponential(attempt == 1 ? 1 : 3);
      pass.cost_usd = attempt;
      const bool solved = rng.uniform() < (attempt == 1 ? 0.4 : 0.7);
      pass.outcome = solved ? traffic::Outcome::kSuccess : traffic::Outcome::kFailure;
      all.push_back(pass);
      if (solved) break;
    }
  }
  return all;
}

LogReading reading_of(std::vector<traffic::Pass> log) {
  return {*estimation::gather(std::move(log), {}), {}, ""};
}

TEST(EstimateAnswer, is_the_estimate_of_what_was_read) {
  estimation::EstimateOptions options;
  options.draws = 100;
  options.lifetime_value = 40;
  const auto answer =
      estimate_answer("postgres://me:secret@db/traffic", reading_of(passes(2000)), options);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->source.find("secret"), std::string::npos);
  const auto direct = estimation::estimate(reading_of(passes(2000)).statistics, options);
  EXPECT_EQ(answer->estimate.value.value, direct->value.value);
  EXPECT_EQ(answer->estimate.churn_penalty.high, direct->churn_penalty.high);
}

TEST(EstimateAnswer, becomes_a_scenario_that_is_read_with_the_same_numbers_to_ten_digits) {
  estimation::EstimateOptions options;
  options.draws = 100;
  options.lifetime_value = 40;
  const auto answer = *estimate_answer("log", reading_of(passes(2000)), options);
  for (const bool population : {false, true}) {
    const auto made = estimated_scenario(answer, population);
    ASSERT_TRUE(made) << made.error().to_string();
    const auto text = scenario::write_scenario(made->scenario, made->comments);
    ASSERT_TRUE(text) << text.error().to_string();
    const auto read = *scenario::parse_scenario(*text, "s.toml", "", {}, scenario::Ranges::kTaken);
    EXPECT_EQ(read.names, (std::vector<std::string>{"z \"small\"", "a"}));
    const auto order = by_success(answer.estimate);
    for (std::size_t k = 0; k < 2; ++k) {
      const double success = order[k]->success.value;
      EXPECT_NEAR(read.game.model(k).success, success, 1e-9 * success);
    }
    EXPECT_EQ(read.spread.has_value(), population);
    EXPECT_NE(text->find("# identified, "), std::string::npos) << *text;
  }
}

TEST(EstimateAnswer, bounds_become_ranges_and_no_middles) {
  auto silent = passes(2000);
  for (auto& pass : silent) {
    pass.outcome = traffic::Outcome::kUnknown;
    if (pass.ending != traffic::Ending::kReprompted) pass.ending = traffic::Ending::kOpen;
  }
  estimation::EstimateOptions options;
  options.draws = 100;
  options.lifetime_value = 40;
  const auto answer = *estimate_answer("log", reading_of(silent), options);
  const auto& success = by_success(answer.estimate)[0]->success;
  ASSERT_EQ(success.basis, estimation::Basis::kBounded);
  const auto made = estimated_scenario(answer, false).value();
  const auto text = scenario::write_scenario(made.scenario, made.comments).value();
  EXPECT_NE(text.find("success = { lo = "), std::string::npos) << text;
  EXPECT_NE(text.find("churn_penalty = { lo = 0, hi = 40 }"), std::string::npos) << text;
  const auto read =
      scenario::parse_scenario(text, "s.toml", "", {}, scenario::Ranges::kTaken).value();
  for (const auto& one : read.uncertain) {
    if (one.parameter.quantity == game::Quantity::kLatency) continue;
    EXPECT_EQ(one.kind, scenario::Uncertainty::Kind::kRange) << scenario::symbol(one);
  }
}

TEST(EstimateAnswer, refuses_a_scenario_of_more_models_than_one_may_have_as_its_reader_does) {
  std::vector<traffic::Pass> log;
  for (int i = 0; i < 650; ++i) {
    traffic::Pass pass;
    pass.task_id = std::to_string(i);
    pass.attempt = 1;
    pass.model = "m" + std::to_string(i % 65);
    pass.started_us = i * std::int64_t{3'600'000'000};
    pass.latency_s = 1;
    pass.outcome = i % 2 == 0 ? traffic::Outcome::kSuccess : traffic::Outcome::kFailure;
    log.push_back(pass);
  }
  estimation::EstimateOptions options;
  options.draws = 100;
  const auto answer = estimate_answer("log", reading_of(log), options);
  ASSERT_TRUE(answer) << answer.error().to_string();
  const auto made = estimated_scenario(*answer, false);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().to_string(), "log: has 65 [[model]] tables, must have 1 to 64");
}

TEST(EstimateAnswer, needs_an_attempt_and_time) {
  EXPECT_FALSE(estimate_answer("log", {}, {}));
  const auto late =
      estimate_answer("log", reading_of(passes(100)), {},
                      base::Cancellation(base::Deadline(base::Deadline::Clock::now())));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, base::ErrorCode::kCancelled);
}

TEST(LogCheckAnswer, is_clean_unless_a_row_was_refused_cut_off_in_conflict_or_in_contradiction) {
  EXPECT_TRUE(log_check_answer({}).clean);
  LogReading refused;
  refused.import.read.defects.at(1) = 1;
  LogReading cut;
  cut.import.read.cut_off = 1;
  LogReading conflicting;
  conflicting.import.stored.conflicting = 1;
  LogReading gap;
  gap.statistics.contradictions.gaps = 1;
  for (const auto& reading : {refused, cut, conflicting, gap}) {
    EXPECT_FALSE(log_check_answer(reading).clean);
  }
}

TEST(ImportAnswer, counts_what_was_stored_and_names_the_side_that_is_of_the_wrong_kind) {
  const base::TemporaryPath temporary = base::temporary_folder().value();
  const std::string& folder = temporary.path();
  std::string text;
  for (const auto& pass : passes(10)) traffic::append_json(text, pass);
  std::ofstream(folder + "/passes.jsonl") << text;
  const auto answer =
      import_answer(folder + "/passes.jsonl", "sqlite:" + folder + "/passes.db", {});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->counts.stored.added, passes(10).size());
  const auto again = import_answer(folder + "/passes.jsonl", "sqlite:" + folder + "/passes.db", {});
  EXPECT_EQ(again->counts.stored.repeated, passes(10).size());
  EXPECT_EQ(import_answer("sqlite:x.db", "sqlite:y.db", {}).error().to_string(),
            "SOURCE: 'sqlite:x.db' must be a file, a folder or -, or read by a --map");
  EXPECT_EQ(import_answer(folder, "y.db", {}).error().to_string().substr(0, 5), "DEST:");
}

}  // namespace
}  // namespace turnout::analysis
