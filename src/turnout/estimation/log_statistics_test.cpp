#include "turnout/estimation/log_statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace turnout::estimation {
namespace {

using traffic::Ending;
using traffic::Outcome;
using traffic::Pass;

Pass pass_of(const std::string& task, std::int64_t attempt, const std::string& model,
             std::int64_t started_s, Outcome outcome = Outcome::kUnknown,
             Ending ending = Ending::kOpen) {
  Pass pass;
  pass.task_id = task;
  pass.user_id = "u";
  pass.attempt = attempt;
  pass.model = model;
  pass.started_us = started_s * 1'000'000;
  pass.latency_s = 2;
  pass.outcome = outcome;
  pass.ending = ending;
  return pass;
}

LogSelection all_of_time() {
  LogSelection selection;
  selection.window_us = -1;
  selection.return_us = 0;
  return selection;
}

const PathCounts& path(const LogStatistics& statistics, const std::vector<std::string>& models) {
  return statistics.paths.at({"", models, false});
}

TEST(LogStatistics, a_pass_ends_by_the_first_rule_that_applies) {
  const auto statistics =
      gather(
          {pass_of("a", 1, "m", 1), pass_of("a", 2, "m", 2, Outcome::kSuccess),
           pass_of("b", 1, "m", 3, Outcome::kFailure),
           pass_of("c", 1, "m", 4, Outcome::kUnknown, Ending::kResolved),
           pass_of("d", 1, "m", 5, Outcome::kUnknown, Ending::kAbandoned), pass_of("e", 1, "m", 6)},
          all_of_time())
          .value();
  EXPECT_EQ(path(statistics, {"m"}).fates, (Fates{1, 1, 2, 1}));
  EXPECT_EQ(path(statistics, {"m", "m"}).fates, (Fates{0, 1, 0, 0}));
  EXPECT_EQ(statistics.tasks, 5);
  EXPECT_EQ(statistics.contradictions, Contradictions{});
}

TEST(LogStatistics, rows_that_contradict_each_other_are_counted_by_rule) {
  auto other_user = pass_of("f", 2, "m", 9);
  other_user.user_id = "v";
  const auto statistics =
      gather(
          {pass_of("a", 2, "m", 1), pass_of("a", 3, "m", 2),  // no first attempt
           pass_of("b", 1, "m", 3), pass_of("b", 3, "m", 4),  // no second one
           pass_of("c", 1, "m", 5, Outcome::kSuccess),
           pass_of("c", 2, "m", 4),  // and before the first
           pass_of("d", 1, "m", 6, Outcome::kFailure, Ending::kAbandoned), pass_of("d", 2, "m", 7),
           pass_of("e", 1, "m", 8, Outcome::kUnknown, Ending::kReprompted), pass_of("f", 1, "m", 8),
           other_user},
          all_of_time())
          .value();
  EXPECT_EQ(statistics.contradictions, (Contradictions{3, 1, 1, 1, 1, 1}));
  EXPECT_EQ(statistics.passes, 11);
  EXPECT_EQ(path(statistics, {"m"}).fates.reprompted, 4) << "c, d, e and f";
}

TEST(LogStatistics, attempts_beyond_the_fourth_keep_their_model_only) {
  std::vector<Pass> passes;
  for (int attempt = 1; attempt <= 7; ++attempt)
    passes.push_back(pass_of("a", attempt, attempt < 6 ? "m" : "n", attempt));
  const auto statistics = gather(passes, all_of_time()).value();
  EXPECT_EQ(path(statistics, {"m", "m", "m", "m"}).fates.reprompted, 1);
  EXPECT_EQ(statistics.paths.at({"", {"m"}, true}).fates.passes(), 1);
  EXPECT_EQ(statistics.paths.at({"", {"n"}, true}).fates.passes(), 2);
}

TEST(LogStatistics, the_last_window_counts_nowhere) {
  LogSelection selection = all_of_time();
  selection.window_us = 10'000'000;
  const auto statistics = gather(
      {pass_of("a", 1, "m", 1), pass_of("b", 1, "m", 15), pass_of("c", 1, "m", 20)}, selection);
  EXPECT_EQ(statistics->recent, 2);
  EXPECT_EQ(path(*statistics, {"m"}).fates.passes(), 1);
}

TEST(LogStatistics, a_selection_takes_whole_tasks_by_their_first_pass) {
  LogSelection selection = all_of_time();
  selection.since_us = 10'000'000;
  selection.until_us = 20'000'000;
  selection.where = {{"model", "m"}};
  const auto statistics =
      gather({pass_of("a", 1, "m", 9), pass_of("a", 2, "m", 11), pass_of("b", 1, "m", 19),
              pass_of("b", 2, "n", 21), pass_of("c", 1, "n", 15), pass_of("d", 1, "m", 20)},
             selection);
  EXPECT_EQ(statistics->tasks, 1);
  EXPECT_EQ(statistics->passes, 2);
  EXPECT_EQ(path(*statistics, {"m", "n"}).fates.silent, 1);
}

TEST(LogStatistics, who_comes_back_is_counted_by_how_the_task_ended) {
  LogSelection selection = all_of_time();
  selection.return_us = 5'000'000;
  const auto statistics = gather(
      {pass_of("a", 1, "m", 1, Outcome::kFailure), pass_of("b", 1, "m", 2, Outcome::kSuccess),
       pass_of("c", 1, "m", 8, Outcome::kSuccess)},  // too young to tell
      selection);
  EXPECT_EQ(statistics->returns.tasks, (std::array<std::int64_t, 3>{1, 1, 0}));
  EXPECT_EQ(statistics->returns.last, (std::array<std::int64_t, 3>{0, 0, 0})) << "u came back at 8";
}

TEST(LogStatistics, who_comes_back_is_counted_by_the_models_that_served_him) {
  LogSelection selection = all_of_time();
  selection.return_us = 5'000'000;
  Pass late = pass_of("c", 1, "m", 2);
  late.user_id = "v";
  const auto statistics = gather({pass_of("a", 1, "m", 1), pass_of("b", 1, "m", 2),
                                  pass_of("b", 2, "n", 3, Outcome::kFailure), late},
                                 selection);
  const std::int64_t last_us = 3'000'000;
  ASSERT_EQ(statistics->last_us, last_us);
  EXPECT_EQ(statistics->returns.tasks, (std::array<std::int64_t, 3>{0, 0, 0})) << "all too young";

  selection.return_us = 0;
  const auto told = gather({pass_of("a", 1, "m", 1), pass_of("b", 1, "m", 2),
                            pass_of("b", 2, "n", 3, Outcome::kFailure), late},
                           selection);
  const auto silent = static_cast<std::size_t>(TaskEnd::kSilent);
  const auto failed = static_cast<std::size_t>(TaskEnd::kAbandoned);
  const ReturnCounts& after_m = path(*told, {"m"}).returns;
  EXPECT_EQ(after_m.tasks[silent], 2);
  EXPECT_EQ(after_m.last[silent], 1) << "v did not come back, u did";
  EXPECT_EQ(path(*told, {"m", "n"}).returns.last[failed], 1);
  EXPECT_EQ(told->returns.last, (std::array<std::int64_t, 3>{0, 1, 1})) << "the sum over paths";
}

TEST(LogStatistics, of_too_many_users_a_sample_counts_with_the_same_shares) {
  constexpr int kUsers = 20'000;
  std::vector<Pass> passes;
  for (int user = 0; user < kUsers;
       ++user) {  // every fourth comes back after an unsolved task, all after a solved one
    const auto add = [&](int which, Outcome outcome) {
      Pass pass =
          pass_of("t" + std::to_string(1'000'000 + 2 * user + which), 1, "m", 1 + which, outcome);
      pass.user_id = "user " + std::to_string(user);
      passes.push_back(pass);
    };
    add(0, user % 2 == 0 ? Outcome::kSuccess : Outcome::kFailure);
    if (user % 2 == 0 || user % 4 == 1) add(1, Outcome::kUnknown);
  }
  LogSelection selection = all_of_time();
  StatisticsGatherer gatherer(selection, 2'000'000, 1000);
  for (const Pass& pass : passes) gatherer.add(pass);
  const auto statistics = gatherer.finish();
  const auto& returns = statistics->returns;
  EXPECT_EQ(statistics->users_each, 32);
  const auto left = [&](TaskEnd end) {
    const auto i = static_cast<std::size_t>(end);
    return static_cast<double>(returns.last.at(i)) / static_cast<double>(returns.tasks.at(i));
  };
  EXPECT_LT(returns.tasks[0], 1000);
  EXPECT_GT(returns.tasks[0], 150);
  EXPECT_EQ(returns.last[0], 0) << "all came back after a solved task";
  EXPECT_NEAR(left(TaskEnd::kAbandoned), 0.5, 0.1);
}

TEST(LogStatistics, bins_of_latency_are_within_2_2_percent) {
  for (double latency = 1e-4; latency < 1e4; latency *= 1.037) {
    EXPECT_NEAR(latency_of_bin(latency_bin(latency)) / latency, 1, 0.0221);
  }
  EXPECT_EQ(latency_of_bin(latency_bin(0)), 0);
  EXPECT_EQ(latency_bin(8), 48);
}

TEST(LogStatistics, too_many_models_are_refused) {
  std::vector<Pass> passes;
  for (int i = 0; i < 300; ++i)
    passes.push_back(pass_of("t" + std::to_string(i), 1, "m" + std::to_string(i), i));
  EXPECT_EQ(gather(passes, all_of_time()).error().code, base::ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace turnout::estimation
