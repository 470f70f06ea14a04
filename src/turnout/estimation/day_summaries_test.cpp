#include "turnout/estimation/day_summaries.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "turnout/base/rng.h"

namespace turnout::estimation {
namespace {

using store::Days;
using store::kDayUs;
using traffic::Pass;

constexpr std::int64_t kStart = 20'000 * kDayUs;

/// Tasks of users, known and unknown, over some days.
std::vector<Pass> some_log(std::uint64_t seed, int tasks, int days) {
  base::Rng rng(seed);
  const auto one_of = [&](int count) { return static_cast<int>(rng.uniform(0, count)); };
  std::vector<Pass> passes;
  for (int task = 0; task < tasks; ++task) {
    auto started =
        kStart + static_cast<std::int64_t>(rng.uniform(0, days) * static_cast<double>(kDayUs));
    const std::string user = one_of(5) == 0 ? "" : fmt::format("u{}", one_of(tasks / 4));
    for (int attempt = 1; attempt == 1 || one_of(3) == 0; ++attempt) {
      Pass pass;
      pass.task_id = fmt::format("t{:06}", task);
      pass.user_id = user;
      pass.attempt = attempt;
      pass.model = fmt::format("m{}", one_of(3));
      pass.policy_id = attempt == 1 ? fmt::format("p{}", one_of(2)) : "p0";
      pass.started_us = started;
      pass.latency_s = rng.exponential(3);
      if (one_of(2) == 0) pass.cost_usd = rng.uniform() * 1e-3;
      pass.output_tokens = one_of(500);
      pass.outcome = static_cast<traffic::Outcome>(one_of(3));
      passes.push_back(pass);
      started += static_cast<std::int64_t>(rng.uniform(0, 4e9));
    }
  }
  return passes;
}

TEST(LogSummary, parts_in_any_order_written_and_read_again_are_the_whole_to_the_last_bit) {
  const auto log = some_log(1, 3000, 20);
  LogSelection selection;
  selection.window_us = -1;
  selection.return_us = -1;
  std::int64_t last = 0;
  for (const Pass& pass : log) last = std::max(last, pass.started_us);
  StatisticsGatherer whole(selection, last);
  DayGatherer days({20'000, 30});
  for (const Pass& pass : log) {
    whole.add(pass);
    days.add(pass);
  }
  const auto sums = days.take();
  EXPECT_EQ(sums.size(), 20U);
  StatisticsGatherer parts(selection, last);
  const std::vector<std::pair<std::int64_t, DayGatherer::ByModelAndPolicy>> backward(sums.rbegin(),
                                                                                     sums.rend());
  for (const auto& [day, by_model] : backward) {
    for (const auto& [key, summary] : by_model) {
      const auto read = LogSummary::read(summary.bytes());
      ASSERT_TRUE(read) << read.error().to_string();
      EXPECT_EQ(read->bytes(), summary.bytes());
      parts.take(*read, true, 1);
    }
  }
  EXPECT_TRUE(*parts.finish() == *whole.finish());
}

TEST(LogSummary, parts_of_more_users_than_are_kept_are_a_sample_of_the_same_ones) {
  std::vector<Pass> log;
  constexpr int kTasks = 220'000;
  base::Rng rng(5);
  for (int task = 0; task < kTasks; ++task) {
    Pass pass;
    pass.task_id = fmt::format("t{:06}", task);
    pass.user_id = fmt::format("u{}", task % 180'000);
    pass.model = task % 3 == 0 ? "a" : "b";
    pass.started_us = kStart + task % 7 * kDayUs + static_cast<std::int64_t>(rng.uniform(0, 1e9));
    pass.outcome = static_cast<traffic::Outcome>(task % 2);
    log.push_back(pass);
  }
  LogSelection selection;
  selection.return_us = 3 * kDayUs;
  selection.window_us = -1;
  const std::int64_t last = kStart + 7 * kDayUs - 1;
  StatisticsGatherer whole(selection, last);
  DayGatherer days({20'000, 7});
  for (const Pass& pass : log) {
    whole.add(pass);
    days.add(pass);
  }
  StatisticsGatherer parts(selection, last);
  for (const auto& [day, sums] : days.take()) {
    for (const auto& [key, summary] : sums) {
      const auto read = LogSummary::read(summary.bytes(), parts.halvings());
      ASSERT_TRUE(read) << read.error().to_string();
      parts.take(*read, day < 20'004, 1);
    }
  }
  EXPECT_GT(parts.halvings().returning, 0U);
  EXPECT_GT(parts.halvings().spread, 0U);
  EXPECT_TRUE(*parts.finish() == *whole.finish());
}

TEST(LogSummary, no_damaged_bytes_are_taken_for_a_summary_of_names_that_are_not_there) {
  DayGatherer days({20'000, 30});
  for (const Pass& pass : some_log(2, 60, 1)) days.add(pass);
  const auto sums = days.take();
  const std::string bytes = sums.begin()->second.begin()->second.bytes();
  ASSERT_TRUE(LogSummary::read(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(LogSummary::read(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_FALSE(LogSummary::read(bytes + '\0'));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char other : {'\0', '\1', '\x7f', '\xff'}) {
      std::string damaged = bytes;
      damaged[at] = other;
      // What is read is of numbers that exist: it can be merged and written.
      if (const auto read = LogSummary::read(damaged)) {
        LogSummary sum;
        sum.take(*read, true);
        EXPECT_FALSE(sum.bytes().empty());
        const auto statistics = read->statistics(kStart);
        EXPECT_TRUE(!statistics || statistics->paths.size() <= bytes.size());
      }
    }
  }
}

store::KeptSummaries kept_of(std::int64_t first, std::int64_t end) {
  store::KeptSummaries kept;
  kept.end_day = end;
  for (std::int64_t size = 1; size <= kLongestBlock; size *= kBlockGrowth) {
    for (std::int64_t day = floor_divide(first, size) * size; day + size <= end; day += size)
      kept.blocks.push_back({{day, size}, (day + size) * kDayUs - 1});
  }
  std::sort(kept.blocks.begin(), kept.blocks.end(),
            [](const auto& a, const auto& b) { return a.days < b.days; });
  return kept;
}

store::LogSpan span_of(std::int64_t first_day, std::int64_t end_day) {
  return {first_day * kDayUs + 1, end_day * kDayUs - kDayUs / 2};
}

std::int64_t days_in(const ReadingPlan& plan) {
  std::int64_t days = 0;
  for (const auto& block : plan.blocks) days += block.days.count;
  for (const auto& run : plan.raw) days += run.count;
  return days;
}

TEST(ReadingPlan, reads_a_long_log_from_a_few_blocks_and_the_open_days) {
  LogSelection selection;
  selection.return_us = 7 * kDayUs;
  const auto kept = kept_of(20'000, 20'399);
  const auto plan = reading_plan(kept, span_of(20'000, 20'400), selection);
  EXPECT_LE(plan.blocks.size(), 20U);
  // The day on which users may just have had the time to come back, and the last one.
  EXPECT_EQ(plan.raw, (std::vector<Days>{{20'392, 1}, {20'399, 1}}));
  for (const auto& block : plan.blocks) EXPECT_EQ(block.old_enough, block.days.end() <= 20'392);
  EXPECT_EQ(days_in(plan), 400);
}

TEST(ReadingPlan,
     reads_passes_of_changed_edge_and_unsettled_days_and_of_what_summaries_do_not_tell) {
  LogSelection selection;
  selection.return_us = 1000 * kDayUs;
  auto kept = kept_of(20'000, 20'100);
  const auto span = span_of(20'000, 20'100);
  kept.changed = {20'050};
  EXPECT_EQ(reading_plan(kept, span, selection).raw, (std::vector<Days>{{20'050, 1}, {20'099, 1}}))
      << "the last day has passes in the last window";
  selection.since_us = 20'010 * kDayUs + 1;
  selection.until_us = 20'060 * kDayUs + 1;
  const auto plan = reading_plan(kept, span, selection);
  EXPECT_EQ(plan.raw, (std::vector<Days>{{20'010, 1}, {20'050, 1}, {20'060, 1}}));
  EXPECT_EQ(days_in(plan), 51);
  selection.where = {{"model", "m"}, {"policy_id", "p"}};
  EXPECT_EQ(reading_plan(kept, span, selection).raw.size(), 3U);
  selection.where = {{"user_id", "u"}};
  EXPECT_EQ(reading_plan(kept, span, selection).raw, (std::vector<Days>{{20'010, 51}}));
  selection.where.clear();
  selection.period_us = kDayUs / 2;
  EXPECT_EQ(reading_plan(kept, span, selection).raw, (std::vector<Days>{{20'010, 51}}));
  EXPECT_EQ(reading_plan({}, span, {}).raw, (std::vector<Days>{{20'000, 100}}));
  EXPECT_TRUE(reading_plan(kept, {}, {}).raw.empty());
}

}  // namespace
}  // namespace turnout::estimation
