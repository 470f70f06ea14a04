#include <map>
#include <memory>
#include <thread>

#include "engine_fixture.h"
#include "turnout/estimation/store_statistics.h"
#include "turnout/store/import.h"

/// The same rows through every engine, against the C++ reference. Real servers:
/// tests/engines/servers.py.
namespace turnout {
namespace {

TEST_P(Engine, gathers_the_same_statistics_as_the_reference_under_any_selection) {
  constexpr std::int64_t kDay = 86'400'000'000;
  for (const std::uint64_t seed : {1U, 2U}) {
    SetUp();
    const auto log = random_log(seed, 1500);
    ASSERT_TRUE(store_->insert(log));
    std::vector<LogSelection> selections(6);
    selections[1].since_us = 1'700'000'000'000'000 + 5 * kDay;
    selections[1].until_us = 1'700'000'000'000'000 + 20 * kDay;
    selections[2].where = {{"model", kNames[3]}};
    selections[3].where = {{"policy_id", kNames[2]}, {"user_id", log[0].user_id}};
    selections[4].where = {{"policy_id", ""}, {"user_id", ""}};
    selections[4].window_us = -1;
    selections[5].where = {{"model", "nobody"}};
    selections[0].period_us = kDay / 7;
    selections[0].return_us = 3 * kDay;
    for (const auto& selection : selections) {
      const auto expected = estimation::gather(log, selection);
      const auto found = estimation::store_statistics(*store_, selection, {});
      ASSERT_TRUE(found) << found.error().to_string();
      EXPECT_TRUE(*found == *expected);
    }
  }
}

TEST_P(Engine, gives_back_every_row_to_the_bit_in_order_and_the_last_ones) {
  auto log = random_log(3, 400);
  ASSERT_TRUE(store_->insert(log));
  std::sort(log.begin(), log.end(), [](const Pass& a, const Pass& b) {
    return std::tie(a.task_id, a.attempt) < std::tie(b.task_id, b.attempt);
  });
  EXPECT_TRUE(all() == log);
  const auto size = store_->size().value();
  EXPECT_EQ(size.passes, static_cast<std::int64_t>(log.size()));
  std::sort(log.begin(), log.end(), [](const Pass& a, const Pass& b) {
    return std::tie(a.started_us, a.task_id, a.attempt) <
           std::tie(b.started_us, b.task_id, b.attempt);
  });
  EXPECT_EQ(size.last_us, log.back().started_us);
  EXPECT_TRUE(store_->tail(7).value() == std::vector<Pass>(log.end() - 7, log.end()));
}

TEST_P(Engine, gives_only_as_many_rows_as_are_wanted_and_is_of_use_afterwards) {
  const auto log = random_log(14, 8000);
  ASSERT_TRUE(store_->insert(log));
  std::size_t seen = 0;
  ASSERT_TRUE(store_->for_each([&](const Pass&) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3U);
  EXPECT_EQ(all().size(), log.size());
}

TEST_P(Engine, a_log_of_too_many_models_is_refused_as_soon_as_that_is_seen) {
  auto log = random_log(15, 3000);
  for (std::size_t i = 0; i < log.size(); ++i) log[i].model = fmt::format("model {}", i);
  ASSERT_TRUE(store_->insert(log));
  std::size_t read = 0;
  base::Watch watch;
  watch.on_steps = [&](std::size_t passes) { read += passes; };
  const auto statistics = estimation::store_statistics(*store_, {}, watch);
  ASSERT_FALSE(statistics);
  EXPECT_NE(statistics.error().message.find("more than 200 models"), std::string::npos)
      << statistics.error().to_string();
  EXPECT_LT(read, log.size() / 2);
}

TEST_P(Engine, counts_repeats_and_conflicts_within_and_between_batches_and_keeps_the_first) {
  auto log = random_log(4, 300);
  log.push_back(log[0]);
  log.push_back(log[1]);
  log.back().latency_s += 1;
  auto counts = store_->insert(log).value();
  EXPECT_EQ(counts.added, log.size() - 2);
  EXPECT_EQ(counts.repeated, 1U);
  EXPECT_EQ(counts.conflicting, 1U);
  const auto before = all();
  for (std::size_t i = 0; i < 10; ++i) log[i].model = "another";
  log.pop_back();
  counts = store_->insert(log).value();
  EXPECT_EQ(counts.added, 0U);
  EXPECT_EQ(counts.conflicting, 10U);
  EXPECT_EQ(counts.repeated, log.size() - 10);
  EXPECT_TRUE(all() == before);
}

TEST_P(Engine, puts_passes_anew_or_says_that_it_cannot) {
  auto log = random_log(6, 300);
  ASSERT_TRUE(store_->insert(log));
  for (std::size_t i = 0; i < 10; ++i) log[i].model = "another";
  std::vector<traffic::Pass> changed(log.begin(), log.begin() + 20);
  changed.insert(changed.begin(), log[3]);
  changed.front().model = "overtaken";
  const auto put = store_->put(changed);
  if (!put) {
    EXPECT_EQ(put.error().code, base::ErrorCode::kUnsupported);
    EXPECT_NE(source_.find("clickhouse"), std::string::npos);
    return;
  }
  std::sort(log.begin(), log.end(), [](const traffic::Pass& a, const traffic::Pass& b) {
    return std::tie(a.task_id, a.attempt) < std::tie(b.task_id, b.attempt);
  });
  EXPECT_TRUE(all() == log);
}

TEST_P(Engine, writes_what_is_said_later_of_a_pass_or_says_that_it_cannot) {
  auto log = random_log(7, 300);
  ASSERT_TRUE(store_->insert(log));
  std::sort(log.begin(), log.end(), [](const traffic::Pass& a, const traffic::Pass& b) {
    return std::tie(a.task_id, a.attempt) < std::tie(b.task_id, b.attempt);
  });
  traffic::Pass& first = log.front();
  traffic::Pass& last = log.back();
  const auto told = store_->tell(
      std::vector<traffic::ToldOutcome>{{first.task_id, first.attempt, traffic::Outcome::kSuccess},
                                        {last.task_id, std::nullopt, traffic::Outcome::kFailure},
                                        {"nobody's", 1, traffic::Outcome::kFailure}});
  if (!told) {
    EXPECT_EQ(told.error().code, base::ErrorCode::kUnsupported);
    EXPECT_NE(source_.find("clickhouse"), std::string::npos);
    return;
  }
  EXPECT_EQ(*told, 2U);
  first.outcome = traffic::Outcome::kSuccess;
  first.ending = traffic::Ending::kResolved;
  last.outcome = traffic::Outcome::kFailure;
  if (last.ending == traffic::Ending::kResolved) last.ending = traffic::Ending::kOpen;
  EXPECT_TRUE(all() == log);
}

TEST_P(Engine, two_that_insert_the_same_rows_at_once_leave_each_row_once) {
  const auto log = random_log(5, 1000);
  auto other = store::open_store(source_, store::Access::kCreate);
  ASSERT_TRUE(other) << other.error().to_string();
  store::InsertCounts counts;
  std::thread second([&] { counts = (*other)->insert(log).value(); });
  const auto first = store_->insert(log);
  second.join();
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(first->conflicting + counts.conflicting, 0U);
  EXPECT_EQ(store_->size()->passes, static_cast<std::int64_t>(log.size()));
  EXPECT_EQ(estimation::store_statistics(*store_, {}, {})->passes,
            static_cast<std::int64_t>(log.size()));
}

TEST_P(Engine, prunes_whole_tasks) {
  if (GetParam() == "cluster") {
    EXPECT_NE(store_->prune(1).error().message.find("each of its servers"), std::string::npos);
    return;
  }
  const auto log = random_log(6, 300);
  ASSERT_TRUE(store_->insert(log));
  constexpr std::int64_t kBefore = 1'700'000'000'000'000 + 15 * std::int64_t{86'400'000'000};
  std::map<std::string, std::int64_t> starts;
  for (const Pass& pass : log) {
    const auto [start, is_new] = starts.try_emplace(pass.task_id, pass.started_us);
    start->second = std::min(start->second, pass.started_us);
  }
  const auto old = std::count_if(log.begin(), log.end(),
                                 [&](const Pass& pass) { return starts[pass.task_id] < kBefore; });
  EXPECT_EQ(store_->prune(kBefore).value(), old);
  EXPECT_EQ(store_->size()->passes, static_cast<std::int64_t>(log.size()) - old);
}

TEST_P(Engine, prunes_tasks_whole_that_came_in_several_batches_and_takes_them_again) {
  if (GetParam() == "cluster") return;
  auto log = random_log(16, 300);
  std::sort(log.begin(), log.end(), [](const Pass& a, const Pass& b) {
    return std::tie(a.started_us, a.task_id) < std::tie(b.started_us, b.task_id);
  });
  const std::size_t tenth = log.size() / 10 + 1;
  for (std::size_t at = 0; at < log.size(); at += tenth)
    ASSERT_TRUE(store_->insert(std::span(log).subspan(at, std::min(tenth, log.size() - at))));
  const std::int64_t before = log[log.size() / 2].started_us;
  std::map<std::string, std::int64_t> starts;
  for (const Pass& pass : log) {
    const auto [start, is_new] = starts.try_emplace(pass.task_id, pass.started_us);
    start->second = std::min(start->second, pass.started_us);
  }
  std::vector<Pass> old, rest;
  for (const Pass& pass : log) (starts[pass.task_id] < before ? old : rest).push_back(pass);
  EXPECT_EQ(store_->prune(before).value(), static_cast<std::int64_t>(old.size()));
  EXPECT_EQ(all().size(), rest.size());
  EXPECT_EQ(store_->insert(rest)->repeated, rest.size());
  EXPECT_EQ(store_->insert(old)->added, old.size());
}

TEST_P(Engine, a_schema_of_a_later_version_is_refused) {
  if (GetParam() == "sqlite") return;  // traffic/sqlite_store_test.cpp
  if (GetParam() == "postgres") {
    auto connection = store::PostgresConnection::open(source_, "test").value();
    ASSERT_TRUE(connection.run("UPDATE schema_version SET version = 9"));
  } else {
    store::ClickHouseConnection connection(store::ClickHouseAddress::parse(source_).value());
    ASSERT_TRUE(connection.query("INSERT INTO schema_version VALUES (9)"));
  }
  const auto again = store::open_store(source_, store::Access::kCreate);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("schema version 9"), std::string::npos)
      << again.error().to_string();
}

TEST_P(Engine, reading_makes_no_tables_and_a_store_opened_to_read_takes_no_pass) {
  ASSERT_TRUE(store_->insert(random_log(8, 50)));
  const auto before = all();
  {
    const auto reader = store::open_store(source_, store::Access::kRead);
    ASSERT_TRUE(reader) << reader.error().to_string();
    EXPECT_EQ((*reader)->size()->passes, static_cast<std::int64_t>(before.size()));
    if (GetParam() == "sqlite" || GetParam() == "postgres") {
      EXPECT_FALSE((*reader)->insert(random_log(9, 5)));
      EXPECT_FALSE((*reader)->prune(INT64_MAX));
    }
  }
  EXPECT_TRUE(all() == before);
  if (GetParam() == "sqlite") return;  // store/sqlite_store_test.cpp
  store_.reset();
  if (GetParam() == "postgres") {
    empty_postgres();
  } else {
    empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
  }
  for (int time = 0; time < 2; ++time) {  // the first has made none
    const auto reader = store::open_store(source_, store::Access::kRead);
    ASSERT_FALSE(reader);
    EXPECT_NE(reader.error().message.find("has no table of passes"), std::string::npos);
  }
}

TEST_P(Engine, counts_what_pruning_would_delete) {
  const auto log = random_log(6, 300);
  ASSERT_TRUE(store_->insert(log));
  constexpr std::int64_t kBefore = 1'700'000'000'000'000 + 15 * std::int64_t{86'400'000'000};
  std::map<std::string, std::int64_t> starts;
  for (const Pass& pass : log) {
    const auto [start, is_new] = starts.try_emplace(pass.task_id, pass.started_us);
    start->second = std::min(start->second, pass.started_us);
  }
  store::StoreSize expected;
  for (const auto& [task, start] : starts) expected.tasks += start < kBefore ? 1 : 0;
  for (const Pass& pass : log) {
    if (starts[pass.task_id] >= kBefore) continue;
    ++expected.passes;
    expected.first_us = std::min(expected.first_us.value_or(INT64_MAX), pass.started_us);
    expected.last_us = std::max(expected.last_us.value_or(0), pass.started_us);
  }
  const auto found = store_->older_than(kBefore).value();
  EXPECT_EQ(std::tie(found.passes, found.tasks, found.first_us, found.last_us),
            std::tie(expected.passes, expected.tasks, expected.first_us, expected.last_us));
  EXPECT_EQ(store_->older_than(0)->passes, 0);
  EXPECT_EQ(store_->older_than(0)->first_us, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(All, Engine,
                         testing::Values("sqlite", "postgres", "clickhouse", "cluster"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace turnout
